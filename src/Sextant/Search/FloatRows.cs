using System.Globalization;
using System.Runtime.InteropServices;
using Sextant.Codes;
using Sextant.Kernels;

namespace Sextant.Search;

/// <summary>Float vectors in memory by their numbers, each at a fixed address: rows to read, compare and scan.</summary>
/// <remarks>Any number of threads may read at once; adding needs the rows for itself.</remarks>
internal sealed unsafe class FloatRows
{
    /// <summary>Maximum number of dimensions: a vector of so many takes 1 GiB.</summary>
    public const int MaxDimensions = 1 << 28;

    // Rows live in blocks of about 4 MiB: growing never copies a row, and no array comes near the largest length.
    private const int BlockFloats = 1 << 20;

    private readonly List<float[]> _blocks = [];
    private readonly int _blockRows;
    private readonly DotKernel _dot = KernelSet.Chosen.Dot.Run;

    /// <summary>No rows yet.</summary>
    /// <param name="dimensions">Length of each vector; 1 to <see cref="MaxDimensions"/>.</param>
    /// <param name="expected">How many there will be, more or less: memory for a few is small.</param>
    public FloatRows(int dimensions, int expected = int.MaxValue)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimensions);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(dimensions, MaxDimensions);
        Dimensions = dimensions;
        _blockRows = Math.Clamp(expected, 1, Math.Max(1, BlockFloats / dimensions));
    }

    /// <summary>Length of each vector.</summary>
    public int Dimensions { get; }

    /// <summary>How many there are; their numbers are 0 … Count − 1.</summary>
    public int Count { get; private set; }

    /// <summary>Where the rows lie, for a scan.</summary>
    public RowBlock[] Blocks { get; private set; } = [];

    /// <summary>Adds whole vectors, one after the other.</summary>
    /// <param name="vectors">[n, Dimensions], row by row.</param>
    /// <exception cref="ArgumentException">
    /// The length is no multiple of the dimensions, or a value is NaN or infinite; nothing was added.
    /// </exception>
    public void Add(ReadOnlySpan<float> vectors)
    {
        if (vectors.Length % Dimensions != 0)
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture,
                    $"{vectors.Length} values are not whole vectors of {Dimensions} dimensions."), nameof(vectors));
        }
        FiniteValues.Require(vectors, nameof(vectors));
        _ = checked(Count + (vectors.Length / Dimensions));
        while (!vectors.IsEmpty)
        {
            int used = Count % _blockRows;
            if (Count / _blockRows == _blocks.Count)
                _blocks.Add(GC.AllocateUninitializedArray<float>(_blockRows * Dimensions, pinned: true));
            int taken = Math.Min(_blockRows - used, vectors.Length / Dimensions);
            vectors[..(taken * Dimensions)].CopyTo(_blocks[Count / _blockRows].AsSpan(used * Dimensions));
            vectors = vectors[(taken * Dimensions)..];
            Count += taken;
        }
        Blocks = new RowBlock[_blocks.Count];
        for (int i = 0; i < Blocks.Length; i++)
        {
            int first = i * _blockRows;
            var rows = (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(_blocks[i], 0);
            Blocks[i] = new RowBlock(rows, Math.Min(_blockRows, Count - first), first);
        }
    }

    /// <summary>A vector.</summary>
    public ReadOnlySpan<float> Row(int number)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)number, (uint)Count, nameof(number));
        return _blocks[number / _blockRows].AsSpan(number % _blockRows * Dimensions, Dimensions);
    }

    /// <summary>The dot product of a query with one vector; the order of summation is the kernels' contract.</summary>
    public float Score(ReadOnlySpan<float> query, int number)
    {
        float score = 0;
        Dot(query, Row(number), new Span<float>(ref score));
        return score;
    }

    /// <summary>The dot products of a query with all vectors.</summary>
    /// <param name="query">[Dimensions].</param>
    /// <param name="scores">Receives [Count].</param>
    /// <exception cref="ArgumentException">
    /// The query has another length or holds a NaN or infinity, or a product overflows into NaN.
    /// </exception>
    public void Scores(ReadOnlySpan<float> query, Span<float> scores)
    {
        if (query.Length != Dimensions)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"the query has {query.Length} values; these vectors have {Dimensions}."), nameof(query));
        }
        FiniteValues.Require(query, nameof(query));
        for (int first = 0; first < Count; first += _blockRows)
        {
            int rows = Math.Min(_blockRows, Count - first);
            Dot(query, _blocks[first / _blockRows].AsSpan(0, rows * Dimensions), scores.Slice(first, rows));
        }
        for (int i = 0; i < Count; i++)
        {
            if (float.IsNaN(scores[i]))
            {
                throw ScoreOverflow.Error(
                    $"the score of vector {i} is not a number: the values are so large that their products overflow.");
            }
        }
    }

    // scores [rows] = vectors [rows, Dimensions] · query [Dimensions].
    private void Dot(ReadOnlySpan<float> query, ReadOnlySpan<float> vectors, Span<float> scores)
    {
        fixed (float* queryStart = query, vectorsStart = vectors, scoresStart = scores)
            _dot(queryStart, vectorsStart, scores.Length, Dimensions, scoresStart);
    }
}
