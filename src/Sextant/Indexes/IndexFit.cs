using System.Globalization;
using Sextant.Codes;
using Sextant.Search;

namespace Sextant.Indexes;

/// <summary>
/// Fits to a sample what the code of an index needs, in the order of encoding: a transform, then the code.
/// </summary>
/// <remarks>
/// The sample goes through what the definition has already, and is scaled as its metric wants, so that what is
/// fitted is for what will be encoded. The same sample gives the same bits everywhere.
/// </remarks>
public static class IndexFit
{
    /// <summary>
    /// Minimum number of vectors for residual binary codes: their few scales are means over all values of all vectors.
    /// </summary>
    public const int MinForResidualBinary = 16;

    /// <summary>Minimum number of vectors for product codes: one for each centroid of a part.</summary>
    public const int MinForProduct = ProductCode.Centroids;

    /// <summary>Minimum number of vectors for RaBitQ codes, whose centre is their mean.</summary>
    public const int MinForRaBitQ = 16;

    /// <summary>Minimum number of vectors for a transform: fewer leave dimensions of which they say nothing.</summary>
    public static int MinForTransform(int dimensions) => dimensions + 1;

    /// <summary>Puts principal components before the code.</summary>
    /// <param name="definition">Of an index whose code is not fitted yet.</param>
    /// <param name="sample">[n, Dimensions], row by row; more than Dimensions rows.</param>
    /// <param name="outputs">Components to keep.</param>
    /// <exception cref="ArgumentException">The sample is too small, no whole vectors, or not finite.</exception>
    public static IndexDefinition WithTransform(IndexDefinition definition, ReadOnlySpan<float> sample, int outputs)
    {
        ArgumentNullException.ThrowIfNull(definition);
        Require(definition, sample, MinForTransform(definition.Dimensions), "a transform");
        return definition with
        {
            Transform = LinearTransform.Fit(sample, definition.Dimensions, outputs),
        };
    }

    /// <summary>Makes the code a residual binary one.</summary>
    /// <param name="definition">Its transform and metric hold.</param>
    /// <param name="sample">[n, Dimensions], row by row; at least <see cref="MinForResidualBinary"/> rows.</param>
    /// <param name="levels">Bits for each dimension.</param>
    /// <exception cref="ArgumentException">
    /// The sample is too small, no whole vectors, all zero, or not finite.
    /// </exception>
    public static IndexDefinition WithResidualBinary(IndexDefinition definition, ReadOnlySpan<float> sample, int levels)
    {
        ArgumentNullException.ThrowIfNull(definition);
        Require(definition, sample, MinForResidualBinary, "residual binary codes");
        float[] prepared = Prepared(definition, sample);
        return definition with
        {
            Code = VectorCode.ResidualBinary,
            ResidualBinary = ResidualBinaryCode.Fit(prepared, definition.CodedDimensions, levels),
        };
    }

    /// <summary>Makes the code a product code.</summary>
    /// <param name="definition">Its transform and metric hold.</param>
    /// <param name="sample">[n, Dimensions], row by row; at least <see cref="MinForProduct"/> rows.</param>
    /// <param name="parts">Bytes of a code; divides the dimensions that are encoded.</param>
    /// <exception cref="ArgumentException">
    /// The sample is too small, no whole vectors, or not finite, or the parts do not divide the dimensions.
    /// </exception>
    public static IndexDefinition WithProduct(IndexDefinition definition, ReadOnlySpan<float> sample, int parts)
    {
        ArgumentNullException.ThrowIfNull(definition);
        Require(definition, sample, MinForProduct, "product codes");
        float[] prepared = Prepared(definition, sample);
        return definition with
        {
            Code = VectorCode.Product,
            Product = ProductCode.Fit(prepared, definition.CodedDimensions, parts),
        };
    }

    /// <summary>Puts binary codes into inverted lists (IVF), whose centroids are learnt by k-majority.</summary>
    /// <remarks>
    /// The lists are the index's, however its documents come to be in segments. The square root of the number of
    /// vectors is a good number of lists; some dozen vectors of the sample for each make good ones.
    /// </remarks>
    /// <param name="definition">Of binary codes; its transform holds.</param>
    /// <param name="sample">[n, Dimensions], row by row; at least as many as lists.</param>
    /// <param name="lists">How many; 1 to <see cref="IndexDefinition.MaxLists"/>.</param>
    /// <exception cref="ArgumentException">
    /// The sample is too small, no whole vectors, or not finite, or the index does not scan binary codes.
    /// </exception>
    public static IndexDefinition WithLists(IndexDefinition definition, ReadOnlySpan<float> sample, int lists)
    {
        ArgumentNullException.ThrowIfNull(definition);
        ArgumentOutOfRangeException.ThrowIfLessThan(lists, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lists, IndexDefinition.MaxLists);
        if (definition.Code != VectorCode.Binary)
            throw new ArgumentException($"lists are of binary codes, not of {definition.Code}.", nameof(definition));
        Require(definition, sample, lists, "so many lists");
        var encoder = new CodeEncoder(definition with { ListCentroids = null });
        int bytes = encoder.Layout.RowBytes, count = sample.Length / definition.Dimensions;
        byte[] codes = new byte[checked(count * bytes)], centroids = new byte[checked(lists * bytes)];
        for (int i = 0; i < count; i++)
        {
            encoder.Encode(
                sample.Slice(i * definition.Dimensions, definition.Dimensions), codes.AsSpan(i * bytes, bytes));
        }
        using BinaryIndex learnt = BinaryCentroids.Learn(definition.CodedDimensions, codes, lists, null);
        for (int list = 0; list < lists; list++)
            learnt.CopyTo(list, centroids.AsSpan(list * bytes, bytes));
        return definition with { ListCentroids = centroids };
    }

    /// <summary>Makes the code a RaBitQ one.</summary>
    /// <param name="definition">Its metric holds; it has no transform: the code has components of its own.</param>
    /// <param name="sample">
    /// [n, Dimensions], row by row; at least <see cref="MinForRaBitQ"/> rows, and for components more than Dimensions.
    /// </param>
    /// <param name="bits">For each dimension that is coded; 1 to <see cref="RaBitQCode.MaxBits"/>.</param>
    /// <param name="components">Principal components that are coded; 0: the vectors are.</param>
    /// <exception cref="ArgumentException">
    /// The sample is too small, no whole vectors, or not finite, or a number is out of range.
    /// </exception>
    public static IndexDefinition WithRaBitQ(
        IndexDefinition definition, ReadOnlySpan<float> sample, int bits, int components = 0)
    {
        ArgumentNullException.ThrowIfNull(definition);
        ArgumentOutOfRangeException.ThrowIfNegative(components);
        Require(
            definition, sample, components > 0 ? MinForTransform(definition.Dimensions) : MinForRaBitQ, "RaBitQ codes");
        return definition with
        {
            Code = VectorCode.RaBitQ,
            RaBitQ = RaBitQCode.Fit(Prepared(definition, sample), definition.Dimensions, bits, components),
        };
    }

    private static void Require(IndexDefinition definition, ReadOnlySpan<float> sample, int least, string what)
    {
        int dimensions = definition.Dimensions, count = sample.Length / dimensions;
        if (sample.Length % dimensions != 0)
            throw new ArgumentException($"{sample.Length} values are not whole vectors of {dimensions}.",
                nameof(sample));
        FiniteValues.Require(sample, nameof(sample));
        if (count < least)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"{count} vectors are too few to fit {what} of {dimensions} dimensions to; {least} are needed."),
                nameof(sample));
        }
    }

    // What the encoder will see of the sample.
    private static float[] Prepared(IndexDefinition definition, ReadOnlySpan<float> sample)
    {
        var encoder = new CodeEncoder(definition with { Code = VectorCode.Float32, Ranges = null });
        int from = definition.Dimensions, to = definition.CodedDimensions;
        float[] prepared = new float[sample.Length / from * to];
        for (int i = 0; i < sample.Length / from; i++)
            encoder.PrepareScaled(sample.Slice(i * from, from), prepared.AsSpan(i * to, to));
        return prepared;
    }
}
