using Sextant.Codes;
using Sextant.Kernels;
using Sextant.Runtime;

namespace Sextant.Search;

/// <summary>Float vectors in memory, searched exactly: every vector is compared with the query.</summary>
/// <remarks>
/// Any number of threads may search at once; adding and clearing need the index for themselves.
/// A search allocates nothing: the caller's memory for the hits is the working memory too.
/// </remarks>
public sealed class FlatIndex : IVectorIndex
{
    // Rows live in blocks of about 4 MiB: growing never copies a row, and no array comes near the largest length.
    private const int BlockFloats = 1 << 20;
    private const int ScoresAtOnce = 256;

    private readonly List<float[]> _blocks = [];
    private readonly int _blockRows;
    private readonly DotKernel _dot = KernelSet.Chosen.Dot.Run;

    /// <summary>Creates an empty index.</summary>
    /// <param name="dimensions">Length of each vector; 1 to <see cref="ExactIndex.MaxDimensions"/>.</param>
    public FlatIndex(int dimensions)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimensions);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(dimensions, ExactIndex.MaxDimensions);
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
        FiniteValues.Require(vectors, nameof(vectors));
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
    /// <param name="options">What the search is limited to; null for no limits.</param>
    /// <returns>How many hits were written: k, or all vectors where there are fewer.</returns>
    /// <exception cref="ArgumentException">
    /// The query has another length or holds a NaN or infinity, or a product overflows into NaN.
    /// </exception>
    public int Search(ReadOnlySpan<float> query, Span<Hit> hits, SearchOptions? options = null)
    {
        using FloatEnvironment.Standard standard = FloatEnvironment.Enter();
        RequireQuery(query);
        options ??= SearchOptions.None;
        IdSet.Require(options.Allowed, Count);
        var best = new BestHits(hits);
        Span<float> scores = stackalloc float[ScoresAtOnce];
        for (int id = 0; id < Count && hits.Length > 0;)
        {
            int row = id % _blockRows;
            int rows = Math.Min(Math.Min(ScoresAtOnce, _blockRows - row), Count - id);
            Dot(query, _blocks[id / _blockRows].AsSpan(row * Dimensions, rows * Dimensions), scores[..rows]);
            for (int i = 0; i < rows; i++, id++)
            {
                // A NaN passes, into the check of BestHits.
                if (!(scores[i] < options.MinScore) && (options.Allowed is null || options.Allowed.Contains(id)))
                    best.Offer(new Hit(id, scores[i]));
            }
        }
        return best.Sort();
    }

    /// <summary>The vector with an id, valid until the next adding or clearing.</summary>
    internal ReadOnlySpan<float> Row(int id)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)id, (uint)Count, nameof(id));
        return _blocks[id / _blockRows].AsSpan(id % _blockRows * Dimensions, Dimensions);
    }

    /// <summary>The dot product of a query that was checked with one vector.</summary>
    internal float Score(ReadOnlySpan<float> query, int id)
    {
        float score = 0;
        Dot(query, Row(id), new Span<float>(ref score));
        return score;
    }

    /// <summary>Refuses what is no query of this index.</summary>
    internal void RequireQuery(ReadOnlySpan<float> query)
    {
        if (query.Length != Dimensions)
        {
            throw new ArgumentException(
                $"the query has {query.Length} values; this index holds vectors of {Dimensions}.", nameof(query));
        }
        FiniteValues.Require(query, nameof(query));
    }

    // scores [rows] = vectors [rows, Dimensions] · query [Dimensions]. The order of summation is the kernels' contract.
    private unsafe void Dot(ReadOnlySpan<float> query, ReadOnlySpan<float> vectors, Span<float> scores)
    {
        fixed (float* queryStart = query, vectorsStart = vectors, scoresStart = scores)
            _dot(queryStart, vectorsStart, scores.Length, Dimensions, scoresStart);
    }
}
