using System.Globalization;
using Sextant.Codes;
using Sextant.Search;

namespace Sextant.Indexes;

/// <summary>What an index is made of: fixed when it is created.</summary>
public sealed record IndexDefinition
{
    private readonly bool _isRescoreSet;

    /// <summary>
    /// Length of the vectors; 1 to <see cref="MaxDimensions"/>, and to <see cref="MaxBits"/> where signs are scanned.
    /// </summary>
    public required int Dimensions { get; init; }

    /// <summary>What is scanned.</summary>
    public VectorCode Code { get; init; } = VectorCode.Binary;

    /// <summary>
    /// What the best of the scan are scored with; null: the scan's own scores are final. Unless it is set: float16
    /// after a scan of binary, residual binary and product codes, null after others.
    /// </summary>
    public VectorCode? Rescore
    {
        get => _isRescoreSet ? field : CanRescore ? VectorCode.Float16 : null;
        init => (field, _isRescoreSet) = (value, true);
    }

    /// <summary>What the scores are.</summary>
    public Metric Metric { get; init; } = Metric.Dot;

    /// <summary>
    /// Ranges of the dimensions, where a code is <see cref="VectorCode.Int8"/>; of what
    /// <see cref="Transform"/> makes of the vectors, where that is what is scanned.
    /// </summary>
    public CodeRanges? Ranges { get; init; }

    /// <summary>What is put before the code that is scanned; null: nothing. What is rescored stays as it is.</summary>
    internal LinearTransform? Transform { get; init; }

    /// <summary>The scales, where <see cref="Code"/> is <see cref="VectorCode.ResidualBinary"/>.</summary>
    internal ResidualBinaryCode? ResidualBinary { get; init; }

    /// <summary>The centroids, where <see cref="Code"/> is <see cref="VectorCode.Product"/>.</summary>
    internal ProductCode? Product { get; init; }

    /// <summary>
    /// Centre, components and rotation, where <see cref="Code"/> is <see cref="VectorCode.RaBitQ"/>. The components
    /// are its own; <see cref="Transform"/> is null.
    /// </summary>
    internal RaBitQCode? RaBitQ { get; init; }

    /// <summary>
    /// Inverted lists (IVF) over binary codes: each code is in the list of its nearest centroid, and a search may read
    /// the nearest lists only (<see cref="SearchOptions.Probes"/>). Takes the codes a second time. 0: none;
    /// <see cref="IndexFit.WithLists"/> makes them.
    /// </summary>
    public int Lists => ListCentroids is null ? 0 : ListCentroids.Length / BinaryCode.Bytes(CodedDimensions);

    /// <summary>[Lists, bytes of a code]: the lists' centroids, the same for all segments.</summary>
    internal byte[]? ListCentroids { get; init; }

    /// <summary>
    /// Whether the terms of each passage are kept, so that <see cref="IndexReader.SearchTerms"/> ranks by BM25.
    /// </summary>
    public bool KeepsTerms { get; init; }

    /// <summary>Maximum number of dimensions.</summary>
    public const int MaxDimensions = 1 << 20;

    /// <summary>Maximum number of dimensions of binary codes, residual ones included.</summary>
    public const int MaxBits = BinaryIndex.MaxBits;

    /// <summary>Maximum number of lists.</summary>
    public const int MaxLists = 1 << 16;

    /// <summary>Length of the vectors that are encoded to be scanned: the transform's, or the vectors' own.</summary>
    public int CodedDimensions => Transform?.Outputs ?? Dimensions;

    /// <summary>
    /// What made the vectors, by name: weights, config, tokenizer, pooling, prompts and the like. Kept and shown; those
    /// that a caller requires must be equal (<see cref="RequireSame"/>).
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, string>> Properties { get; init; } = [];

    /// <summary>The value of a property, or null.</summary>
    public string? Property(string name)
    {
        foreach (KeyValuePair<string, string> one in Properties)
        {
            if (one.Key == name)
                return one.Value;
        }
        return null;
    }

    /// <summary>Refuses vectors that another model made.</summary>
    /// <param name="path">The index, for the message.</param>
    /// <param name="expected">Names and the values they must have.</param>
    /// <exception cref="InvalidIndexException">A value differs; the message names which.</exception>
    public void RequireSame(string path, IEnumerable<KeyValuePair<string, string>> expected)
    {
        ArgumentNullException.ThrowIfNull(expected);
        foreach ((string name, string value) in expected)
        {
            if (Property(name) != value)
            {
                throw new InvalidIndexException(
                    path,
                    $"was made by another model: its {name} is {Property(name) ?? "not said"}; that of this model is "
                        + $"{value}. Use the model that made it, or build the index anew.");
            }
        }
    }

    /// <summary>Whether what is scanned is small and loses much, so that the best of it may be scored again.</summary>
    internal bool CanRescore => Code == VectorCode.Binary || IsFitted;

    /// <summary>Whether the code itself is fitted to a sample, and encodes floats that are scaled already.</summary>
    internal bool IsFitted => Code is VectorCode.ResidualBinary or VectorCode.Product or VectorCode.RaBitQ;

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Dimensions);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Dimensions, MaxDimensions);
        if (!Enum.IsDefined(Code) || (Rescore is { } one && !Enum.IsDefined(one)) || !Enum.IsDefined(Metric))
            throw new ArgumentException("an unknown code or metric.");
        if (Rescore is VectorCode.Binary or VectorCode.ResidualBinary or VectorCode.Product or VectorCode.RaBitQ)
            throw new ArgumentException(
                $"{Rescore} codes are scanned; rescoring needs int8, float16, bfloat16 or float32.");
        if (Rescore is not null && !CanRescore)
        {
            throw new ArgumentException(
                "only a scan of binary, residual binary, product or RaBitQ codes is rescored; other codes have final "
                    + "scores.");
        }
        if (Code == VectorCode.Binary && Metric == Metric.SquaredDistance && Rescore is null)
            throw new ArgumentException("signs alone have no distance to a vector; rescore, or take another metric.");
        if (Code == VectorCode.ResidualBinary && Metric == Metric.SquaredDistance)
            throw new ArgumentException("residual binary codes are compared by dot products or cosines, not by "
                + "distances.");
        if (ListCentroids is { } centroids)
        {
            if (Code != VectorCode.Binary || Lists is 0 or > MaxLists)
            {
                throw new ArgumentException(
                    $"{Lists} lists of {Code} codes; 1 to {MaxLists}, of binary codes, are accepted.");
            }
            BinaryCode.Require(centroids, CodedDimensions, nameof(ListCentroids));
        }
        CheckFitted();
    }

    // What was fitted to a sample is there where it is needed, and nowhere else.
    private void CheckFitted()
    {
        Require(Transform is not null, Transform is not null, Transform?.Inputs, Dimensions, "the transform");
        if (Code is VectorCode.Binary or VectorCode.ResidualBinary && CodedDimensions > MaxBits)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"binary codes of {CodedDimensions} dimensions; up to {MaxBits} are accepted."));
        }
        Require(Code == VectorCode.ResidualBinary, ResidualBinary is not null, ResidualBinary?.Dimensions, CodedDimensions, "scales");
        Require(Code == VectorCode.Product, Product is not null, Product?.Dimensions, CodedDimensions, "centroids");
        Require(Code == VectorCode.RaBitQ, RaBitQ is not null, RaBitQ?.Dimensions, Dimensions, "a RaBitQ code");
        if (Code == VectorCode.RaBitQ && Transform is not null)
            throw new ArgumentException("a RaBitQ code has components of its own; a transform does not go with it.");
        bool needsRanges = Code == VectorCode.Int8 || Rescore == VectorCode.Int8;
        int ranged = Code == VectorCode.Int8 ? CodedDimensions : Dimensions;
        Require(needsRanges, Ranges is not null, Ranges?.Dimensions, ranged, "ranges");

        void Require(bool isNeeded, bool isThere, int? dimensions, int needed, string what)
        {
            if (isNeeded && !isThere)
                throw new ArgumentException($"this code needs {what} from a sample.");
            if (isThere && (!isNeeded || dimensions != needed))
            {
                throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                    $"{what} for {dimensions} dimensions do not go with this code of {needed}."));
            }
        }
    }
}
