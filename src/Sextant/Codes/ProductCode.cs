using System.Globalization;
using Sextant.Kernels;
using Sextant.Kernels.Similarity;

namespace Sextant.Codes;

/// <summary>
/// Product quantisation: a vector is cut into parts, and each part is one of 256 that were learnt from a sample.
/// </summary>
/// <remarks>
/// <para>After Jégou, Douze and Schmid, "Product Quantization for Nearest Neighbor Search", PAMI 2011. Bytes per
/// vector: parts. Distance: dot product or squared distance of the query, which stays as it is, with the decoded
/// vector, from a table of 256 numbers for each part (asymmetric distance). Error: <see cref="Error"/>, measured on the
/// sample.</para>
/// <para>k-means begins with vectors of the sample at even steps, and makes a fixed number of rounds; distances are the
/// kernels', ties go to the smaller number, a mean is a chain of additions in double. The same sample gives the same
/// bits everywhere. Immutable; thread-safe.</para>
/// </remarks>
internal sealed unsafe class ProductCode
{
    /// <summary>What a part of a vector can be.</summary>
    public const int Centroids = 256;

    private const int Rounds = 20;

    private readonly Kernel<SimilarityArguments> _kernel = KernelSet.Chosen.Similarity.Run;
    private readonly float[] _centroids; // [parts, 256, part length]

    /// <summary>Takes centroids as they are.</summary>
    /// <param name="dimensions">Length of a vector; 1 to <see cref="CodeRanges.MaxDimensions"/>.</param>
    /// <param name="parts">Divides dimensions.</param>
    /// <param name="centroids">[parts, 256, dimensions / parts], finite.</param>
    /// <param name="error">Of the sample they were learnt from; NaN: not known.</param>
    /// <exception cref="ArgumentException">The lengths do not fit, or a value is not finite.</exception>
    public ProductCode(int dimensions, int parts, ReadOnlySpan<float> centroids, double error = double.NaN)
        : this(dimensions, parts, centroids.ToArray())
    {
        RequireParts(dimensions, parts);
        if (centroids.Length != (long)Centroids * dimensions)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"{centroids.Length} values; {Centroids} centroids of {dimensions} dimensions are needed."),
                nameof(centroids));
        }
        FiniteValues.Require(centroids, nameof(centroids));
        Error = error;
    }

    private ProductCode(int dimensions, int parts, float[] centroids) =>
        (Dimensions, Parts, _centroids) = (dimensions, parts, centroids);

    /// <summary>Length of a vector.</summary>
    public int Dimensions { get; }

    /// <summary>Parts of a vector, and bytes of a code.</summary>
    public int Parts { get; }

    /// <summary>Mean squared difference of values and decoded values on the sample, over their mean square.</summary>
    public double Error { get; private init; }

    /// <summary>What parts can be: [Parts, 256, Dimensions / Parts].</summary>
    public ReadOnlySpan<float> Values => _centroids;

    /// <summary>Numbers of a query's table.</summary>
    public int TableLength => Parts * Centroids;

    private int PartLength => Dimensions / Parts;

    /// <summary>Learns from a sample.</summary>
    /// <param name="vectors">[n, dimensions], row by row; some thousands are a good sample.</param>
    /// <param name="dimensions">Length of a vector; 1 to <see cref="CodeRanges.MaxDimensions"/>.</param>
    /// <param name="parts">Divides dimensions.</param>
    /// <exception cref="ArgumentException">
    /// There are no whole vectors, the parts do not divide them, or a value is not finite.
    /// </exception>
    public static ProductCode Fit(ReadOnlySpan<float> vectors, int dimensions, int parts)
    {
        RequireParts(dimensions, parts);
        if (vectors.IsEmpty || vectors.Length % dimensions != 0)
            throw new ArgumentException(
                $"{vectors.Length} values are not whole vectors of {dimensions}.", nameof(vectors));
        FiniteValues.Require(vectors, nameof(vectors));
        int count = vectors.Length / dimensions, length = dimensions / parts;
        float[] all = new float[parts * Centroids * length], part = new float[count * length];
        var code = new ProductCode(dimensions, parts, all);
        double lost = 0, sum = 0;
        for (int i = 0; i < parts; i++)
        {
            for (int row = 0; row < count; row++)
                vectors.Slice((row * dimensions) + (i * length), length).CopyTo(part.AsSpan(row * length));
            lost += code.Learn(part, all.AsSpan(i * Centroids * length, Centroids * length), length);
        }
        foreach (float value in vectors)
            sum += (double)value * value;
        return new ProductCode(dimensions, parts, all) { Error = sum > 0 ? lost / sum : 0 };
    }

    /// <summary>Encodes a vector.</summary>
    /// <param name="vector">[Dimensions], finite.</param>
    /// <param name="code">[Parts].</param>
    /// <exception cref="ArgumentException">A length does not fit, or a value is not finite.</exception>
    public void Encode(ReadOnlySpan<float> vector, Span<byte> code)
    {
        RequireVector(vector);
        CodeLength.Require(Parts, code.Length, nameof(code));
        Span<float> distances = stackalloc float[Centroids];
        for (int i = 0; i < Parts; i++)
        {
            Measures(vector.Slice(i * PartLength, PartLength), CentroidsOf(i), Measure.SquaredDistance, distances);
            code[i] = (byte)IndexOfMin(distances);
        }
    }

    /// <summary>What a code stands for.</summary>
    public void Decode(ReadOnlySpan<byte> code, Span<float> vector)
    {
        CodeLength.Require(Dimensions, vector.Length, nameof(vector));
        for (int i = 0; i < Parts; i++)
            CentroidsOf(i).Slice(code[i] * PartLength, PartLength).CopyTo(vector[(i * PartLength)..]);
    }

    /// <summary>A query's table: what each part can add to the score.</summary>
    /// <param name="query">[Dimensions], finite.</param>
    /// <param name="isDistance">Whether scores are negated squared distances, not dot products.</param>
    /// <param name="table">[<see cref="TableLength"/>].</param>
    public void Table(ReadOnlySpan<float> query, bool isDistance, Span<float> table)
    {
        RequireVector(query);
        CodeLength.Require(TableLength, table.Length, nameof(table));
        for (int i = 0; i < Parts; i++)
        {
            Span<float> row = table.Slice(i * Centroids, Centroids);
            Measures(query.Slice(i * PartLength, PartLength), CentroidsOf(i),
                isDistance ? Measure.SquaredDistance : Measure.Dot, row);
            if (!isDistance)
                continue;
            foreach (ref float one in row)
                one = -one;
        }
    }

    /// <summary>The score of a code: four chains of additions over the parts, joined as (0 + 1) + (2 + 3).</summary>
    /// <param name="table">[<see cref="TableLength"/>], from <see cref="Table"/>.</param>
    /// <param name="code">[Parts].</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public float Score(ReadOnlySpan<float> table, ReadOnlySpan<byte> code)
    {
        CodeLength.Require(TableLength, table.Length, nameof(table));
        CodeLength.Require(Parts, code.Length, nameof(code));
        fixed (float* numbers = table)
        fixed (byte* bytes = code)
            return Score(numbers, bytes, Parts);
    }

    /// <summary>The same, of whole tables and codes: any byte is a position in a part's 256 numbers.</summary>
    internal static float Score(float* table, byte* code, int parts)
    {
        float a = 0, b = 0, c = 0, d = 0;
        int i = 0;
        for (; i <= parts - 4; i += 4, table += 4 * Centroids)
        {
            a += table[code[i]];
            b += table[Centroids + code[i + 1]];
            c += table[(2 * Centroids) + code[i + 2]];
            d += table[(3 * Centroids) + code[i + 3]];
        }
        for (; i < parts; i++, table += Centroids)
            a += table[code[i]];
        return (a + b) + (c + d);
    }

    private static void RequireParts(int dimensions, int parts)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimensions);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(dimensions, CodeRanges.MaxDimensions);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(parts);
        if (dimensions % parts != 0)
            throw new ArgumentException($"{dimensions} dimensions are not {parts} equal parts.", nameof(parts));
    }

    private static int IndexOfMin(ReadOnlySpan<float> values)
    {
        int least = 0;
        for (int i = 1; i < values.Length; i++)
        {
            if (values[i] < values[least])
                least = i;
        }
        return least;
    }

    private ReadOnlySpan<float> CentroidsOf(int part) =>
        _centroids.AsSpan(part * Centroids * PartLength, Centroids * PartLength);

    private void RequireVector(ReadOnlySpan<float> vector)
    {
        if (vector.Length != Dimensions)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"the vector has {vector.Length} dimensions; the code is for {Dimensions}."), nameof(vector));
        }
        FiniteValues.Require(vector, nameof(vector));
    }

    private void Measures(ReadOnlySpan<float> query, ReadOnlySpan<float> rows, Measure measure, Span<float> values)
    {
        fixed (float* q = query, x = rows, y = values)
        {
            _kernel(new SimilarityArguments
            {
                Query = q,
                Rows = x,
                Type = RowType.F32,
                Measure = measure,
                Count = rows.Length / query.Length,
                N = query.Length,
                Scores = y,
            });
        }
    }

    // k-means; returns the sum of the squared distances that are left.
    private double Learn(ReadOnlySpan<float> vectors, Span<float> centroids, int length)
    {
        int count = vectors.Length / length;
        for (int i = 0; i < Centroids; i++)
            vectors.Slice((int)((long)i * count / Centroids) * length, length).CopyTo(centroids[(i * length)..]);
        Span<float> distances = new float[Centroids];
        double[] sums = new double[Centroids * length];
        int[] members = new int[Centroids];
        for (int round = 0; ; round++)
        {
            Array.Clear(sums);
            Array.Clear(members);
            double lost = 0;
            for (int row = 0; row < count; row++)
            {
                ReadOnlySpan<float> vector = vectors.Slice(row * length, length);
                Measures(vector, centroids, Measure.SquaredDistance, distances);
                int nearest = IndexOfMin(distances);
                lost += distances[nearest];
                members[nearest]++;
                for (int i = 0; i < length; i++)
                    sums[(nearest * length) + i] += vector[i];
            }
            if (round == Rounds)
                return lost;
            for (int i = 0; i < centroids.Length; i++)
            {
                if (members[i / length] > 0) // one that no vector is nearest to stays where it is
                    centroids[i] = (float)(sums[i] / members[i / length]);
            }
        }
    }
}
