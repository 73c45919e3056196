using System.Globalization;
using Sextant.Cli.Arguments;
using Sextant.Codes;
using Sextant.Indexes;
using Sextant.Search;

namespace Sextant.Cli.Verbs;

/// <summary>What --code, --pca and --rescore ask for.</summary>
/// <param name="Code">What is scanned.</param>
/// <param name="Size">
/// Bits for each dimension of residual binary and RaBitQ codes, bytes of product codes; else 0.
/// </param>
/// <param name="Rescore">What the best of the scan are scored with; null: nothing.</param>
/// <param name="Components">Principal components that are coded; 0: the vectors are.</param>
/// <param name="Lists">Inverted lists (IVF); 0: none.</param>
internal sealed record IndexCode(
    VectorCode Code, int Size, VectorCode? Rescore, int Components, int Lists)
{
    public static readonly Flag CodeFlag = new(
        "--code", "C",
        "What is scanned: binary (a bit for each dimension), bebr-N (binary residual codes of N bits for each, 1 to "
            + "8), rabitq-N (RaBitQ codes of N bits for each, 1 to 4), pq-N (product codes of N bytes), int8, float16 "
            + "or float32. Default: binary.");
    public static readonly Flag ComponentsFlag = new(
        "--pca", "N",
        "Code the N principal components of the vectors, fitted to the passages, instead of the vectors: half of the "
            + "dimensions with twice the bits find more than all of them.");
    public static readonly Flag RescoreFlag = new(
        "--rescore", "R",
        "What the best of a binary, bebr, rabitq or pq scan are scored with: float16, float32, int8 or none. Default: "
            + "float16.");

    public static readonly Flag ListsFlag = new(
        "--lists", "N",
        "Also keep binary codes in N inverted lists (IVF), of which 'search --probe' reads a few; the square root of "
            + "the number of passages is a good N, and worth it from a million on. Default: none.");

    private const string Codes = "binary, bebr-1 to bebr-8, rabitq-1 to rabitq-4, pq-N, int8, float16, float32";

    /// <summary>All of these.</summary>
    public static readonly Flag[] Flags = [CodeFlag, ComponentsFlag, RescoreFlag, ListsFlag];

    /// <summary>Whether something is fitted to a sample of the passages.</summary>
    public bool NeedsSample => IsFitted || Lists > 0;

    /// <summary>Passages of a sample, at most: several for each list.</summary>
    public int MaxSample => Math.Max(PassageSample.MaxPassages, 16 * Lists);

    private bool IsFitted =>
        Code is VectorCode.ResidualBinary or VectorCode.Product or VectorCode.RaBitQ || Components > 0;

    public static IndexCode Of(ArgumentValues arguments)
    {
        (VectorCode code, int size) = CodeOf(arguments.Text(CodeFlag) ?? "binary");
        int components = arguments.Number(ComponentsFlag, 1, IndexDefinition.MaxDimensions) ?? 0;
        string? rescoring = arguments.Choice(RescoreFlag, "float16", "float32", "int8", "none");
        bool canRescore = code is not (VectorCode.Int8 or VectorCode.Float16 or VectorCode.Float32);
        if (rescoring is not null and not "none" && !canRescore)
            throw new WrongUsageException(
                "--rescore is for binary, bebr, rabitq and pq codes; others have final scores");
        if (components > 0 && code == VectorCode.Int8)
            throw new WrongUsageException("--pca and int8 do not go together: ranges are those of the model's vectors");
        VectorCode? rescore = !canRescore ? null : rescoring switch
        {
            "none" => null,
            "float32" => VectorCode.Float32,
            "int8" => VectorCode.Int8,
            _ => VectorCode.Float16,
        };
        bool needsRanges = code == VectorCode.Int8 || rescore == VectorCode.Int8;
        if (needsRanges != arguments.Has(CodeFlags.Ranges))
        {
            throw new WrongUsageException(needsRanges
                ? "int8 needs --ranges FILE; embed --write-ranges FILE makes it from a calibration set"
                : "--ranges is for int8");
        }
        int lists = arguments.Number(ListsFlag, 1, IndexDefinition.MaxLists) ?? 0;
        if (lists > 0 && code != VectorCode.Binary)
            throw new WrongUsageException("--lists is for binary codes");
        return new IndexCode(code, size, rescore, components, lists);
    }

    /// <summary>Refuses what does not fit the model's vectors, before anything is embedded.</summary>
    public void Require(int dimensions)
    {
        if (Components > dimensions)
        {
            throw new WrongUsageException(FormattableString.Invariant(
                $"--pca keeps {Components} components; the vectors have {dimensions} dimensions"));
        }
        int coded = Components > 0 ? Components : dimensions;
        if (Code == VectorCode.Product && (Size > coded || coded % Size != 0))
        {
            throw new WrongUsageException(FormattableString.Invariant(
                $"--code pq-{Size} cuts vectors into {Size} equal parts; {coded} dimensions do not divide so"));
        }
    }

    /// <summary>Minimum number of passages that what is fitted needs.</summary>
    public int MinSample(int dimensions) => Math.Max(
        Math.Max(Lists, Components == 0 ? 0 : IndexFit.MinForTransform(dimensions)),
        Code switch
        {
            VectorCode.Product => IndexFit.MinForProduct,
            VectorCode.ResidualBinary => IndexFit.MinForResidualBinary,
            VectorCode.RaBitQ => IndexFit.MinForRaBitQ,
            _ => 0,
        });

    /// <summary>The definition of an index of this code; what has to be fitted is fitted to the sample.</summary>
    /// <param name="plain">All but the code.</param>
    /// <param name="normalized">Whether the vectors have length one.</param>
    /// <param name="sample">[n, dimensions]; empty where none is needed.</param>
    public IndexDefinition Define(IndexDefinition plain, bool normalized, ReadOnlySpan<float> sample)
    {
        IndexDefinition definition = plain with
        {
            Code = Code,
            Rescore = Rescore,
            // Fitted codes of vectors of length one stand for vectors of about that length: cosines mend it.
            Metric = normalized && IsFitted ? Metric.Cosine : Metric.Dot,
        };
        if (!NeedsSample)
            return definition;
        int count = sample.Length / plain.Dimensions, least = MinSample(plain.Dimensions);
        if (count < least)
        {
            throw new InputException(FormattableString.Invariant(
                $"there are {count} passages, too few to fit this code and its lists to; at least {least} are needed. ")
                + "--code binary without --lists needs none.");
        }
        if (Code == VectorCode.RaBitQ) // the components are the code's
            return IndexFit.WithRaBitQ(definition, sample, Size, Components);
        if (Components > 0)
            definition = IndexFit.WithTransform(definition, sample, Components);
        return Code switch
        {
            VectorCode.ResidualBinary => IndexFit.WithResidualBinary(definition, sample, Size),
            VectorCode.Product => IndexFit.WithProduct(definition, sample, Size),
            _ => Lists > 0 ? IndexFit.WithLists(definition, sample, Lists) : definition,
        };
    }

    private static (VectorCode Code, int Size) CodeOf(string text) => text switch
    {
        "binary" => (VectorCode.Binary, 0),
        "int8" => (VectorCode.Int8, 0),
        "float16" => (VectorCode.Float16, 0),
        "float32" => (VectorCode.Float32, 0),
        _ when Number(text, "bebr-") is >= 1 and <= ResidualBinaryCode.MaxLevels and int levels =>
            (VectorCode.ResidualBinary, levels),
        _ when Number(text, "rabitq-") is >= 1 and <= RaBitQCode.MaxBits and int bits => (VectorCode.RaBitQ, bits),
        _ when Number(text, "pq-") is >= 1 and int parts => (VectorCode.Product, parts),
        _ => throw new WrongUsageException($"{CodeFlag.Name} is '{text}'; accepted: {Codes}"),
    };

    private static int? Number(string text, string before) =>
        text.StartsWith(before, StringComparison.Ordinal)
        && int.TryParse(text.AsSpan(before.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : null;
}
