using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Sextant.Search;

/// <summary>Float vectors in memory, searched exactly: every vector is compared with the query.</summary>
/// <remarks>
/// Any number of threads may search at once; adding and clearing need the index for themselves.
/// A search allocates nothing: the caller's memory for the hits is the working memory too.
/// </remarks>
public sealed class FlatIndex
{
    // Rows live in blocks of about 4 MiB: growing never copies a row, and no array comes near the largest length.
    private const int BlockFloats = 1 << 20;

    private readonly List<float[]> _blocks = [];
    private readonly int _blockRows;

    /// <summary>Creates an empty index for vectors of the given length.</summary>
    public FlatIndex(int dimensions)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimensions);
        Dimensions = dimensions;
        _blockRows = Math.Max(1, BlockFloats / dimensions);
    }

    /// <summary>Length of each vector.</summary>
    public int Dimensions { get; }

    /// <summary>How many vectors are held; their ids are 0 … Count − 1.</summary>
    public int Count { get; private set; }

    /// <summary>Adds whole vectors, one after the other, and returns the id of the first.</summary>
    /// <param name="vectors">[n, Dimensions], row by row.</param>
    /// <exception cref="ArgumentException">
    /// The length is no multiple of the dimensions, or a value is NaN or infinite; nothing was added.
    /// </exception>
    public int Add(ReadOnlySpan<float> vectors)
    {
        if (vectors.Length % Dimensions != 0)
        {
            throw new ArgumentException(
                $"{vectors.Length} values are not whole vectors of {Dimensions} dimensions.", nameof(vectors));
        }
        RequireFinite(vectors, nameof(vectors));
        int first = Count;
        int rows = vectors.Length / Dimensions;
        _ = checked(first + rows);
        while (!vectors.IsEmpty)
        {
            int used = Count % _blockRows;
            if (Count / _blockRows == _blocks.Count)
                _blocks.Add(GC.AllocateUninitializedArray<float>(_blockRows * Dimensions));
            int taken = Math.Min(_blockRows - used, vectors.Length / Dimensions);
            vectors[..(taken * Dimensions)].CopyTo(_blocks[Count / _blockRows].AsSpan(used * Dimensions));
            vectors = vectors[(taken * Dimensions)..];
            Count += taken;
        }
        return first;
    }

    /// <summary>Forgets all vectors and keeps the memory for the next ones.</summary>
    public void Clear() => Count = 0;

    /// <summary>Finds the vectors with the largest dot products.</summary>
    /// <param name="query">[Dimensions].</param>
    /// <param name="hits">Receives the hits, best first (score descending, then id ascending); its length is k.</param>
    /// <returns>How many hits were written: k, or all vectors where there are fewer.</returns>
    /// <exception cref="ArgumentException">
    /// The query has another length or holds a NaN or infinity, or a product overflows into NaN.
    /// </exception>
    public int Search(ReadOnlySpan<float> query, Span<Hit> hits)
    {
        if (query.Length != Dimensions)
        {
            throw new ArgumentException(
                $"the query has {query.Length} values; this index holds vectors of {Dimensions}.", nameof(query));
        }
        RequireFinite(query, nameof(query));
        var best = new BestHits(hits);
        int id = 0;
        foreach (float[] block in CollectionsMarshal.AsSpan(_blocks))
        {
            int rows = Math.Min(_blockRows, Count - id);
            for (int row = 0; row < rows; row++, id++)
                best.Offer(new Hit(id, Dot(query, block.AsSpan(row * Dimensions, Dimensions))));
        }
        return best.Sort();
    }

    // Order: 32 lanes from +0, lane i takes the products i, i + 32, … by fma, ascending; a missing element is +0 · +0.
    // Then the lanes are folded with strides 16, 8, 4, 2, 1. The order is part of the result's bits (kernels/NUMERICS.md).
    private static float Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        const int Lanes = 32;
        Vector256<float> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
        int whole = left.Length - (left.Length % Lanes);
        for (int i = 0; i < whole; i += Lanes)
            Accumulate(left.Slice(i, Lanes), right.Slice(i, Lanes), ref sum0, ref sum1, ref sum2, ref sum3);
        if (whole < left.Length)
        {
            Span<float> lastLeft = stackalloc float[Lanes];
            Span<float> lastRight = stackalloc float[Lanes];
            lastLeft.Clear();
            lastRight.Clear();
            left[whole..].CopyTo(lastLeft);
            right[whole..].CopyTo(lastRight);
            Accumulate(lastLeft, lastRight, ref sum0, ref sum1, ref sum2, ref sum3);
        }
        Vector256<float> eight = (sum0 + sum2) + (sum1 + sum3);
        Vector128<float> four = eight.GetLower() + eight.GetUpper();
        return (four[0] + four[2]) + (four[1] + four[3]);
    }

    private static void Accumulate(
        ReadOnlySpan<float> left, ReadOnlySpan<float> right,
        ref Vector256<float> sum0, ref Vector256<float> sum1, ref Vector256<float> sum2, ref Vector256<float> sum3)
    {
        sum0 = Vector256.FusedMultiplyAdd(Vector256.Create(left), Vector256.Create(right), sum0);
        sum1 = Vector256.FusedMultiplyAdd(Vector256.Create(left[8..]), Vector256.Create(right[8..]), sum1);
        sum2 = Vector256.FusedMultiplyAdd(Vector256.Create(left[16..]), Vector256.Create(right[16..]), sum2);
        sum3 = Vector256.FusedMultiplyAdd(Vector256.Create(left[24..]), Vector256.Create(right[24..]), sum3);
    }

    private static void RequireFinite(ReadOnlySpan<float> values, string name)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
                throw new ArgumentException($"value {i} is {values[i].ToString(CultureInfo.InvariantCulture)}; only finite values can be compared.", name);
        }
    }
}
