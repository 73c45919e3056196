using Sextant.Codes;
using Sextant.Kernels;
using Sextant.Kernels.Hamming;
using Sextant.Runtime;

namespace Sextant.Search;

/// <summary>
/// <see cref="RecurrentCode"/>s in memory, searched exactly by the symmetric distance: queries are encoded too, and
/// every code is compared by the Hamming distances of its levels. Scores are cosines of what the codes stand for.
/// </summary>
/// <remarks>
/// Any number of threads may search at once; adding and disposing need the index for themselves. A search runs on the
/// caller's thread and allocates nothing in steady state.
/// </remarks>
public sealed unsafe class RecurrentIndex : IVectorIndex, IDisposable
{
    private const int TileCodes = HammingArguments.TileCodes;
    private const int ChunkTiles = 32;

    private readonly Kernel<HammingArguments> _kernel = KernelSet.Chosen.Hamming.Run;
    private readonly SearchMemory _memory = new();
    private readonly RecurrentCode _code;
    private readonly CodeStore[] _levels;
    private readonly List<float> _lengths = [];

    /// <summary>Creates an empty index.</summary>
    public RecurrentIndex(RecurrentCode code)
    {
        ArgumentNullException.ThrowIfNull(code);
        _code = code;
        _levels = [.. Enumerable.Range(0, code.Levels).Select(_ => new CodeStore(code.LevelBytes))];
    }

    /// <inheritdoc/>
    public int Dimensions => _code.Dimensions;

    /// <inheritdoc/>
    public int Count => _lengths.Count;

    /// <summary>Bytes that a vector takes: its code, and the length of what it stands for.</summary>
    public int VectorBytes => _code.CodeBytes + sizeof(float);

    /// <summary>Adds whole vectors, one after the other, and returns the id of the first.</summary>
    /// <exception cref="ArgumentException">They are no whole vectors, or a value is not finite.</exception>
    public int Add(ReadOnlySpan<float> vectors)
    {
        if (vectors.Length % Dimensions != 0)
            throw new ArgumentException(
                $"{vectors.Length} values are not whole vectors of {Dimensions}.", nameof(vectors));
        FiniteValues.Require(vectors, nameof(vectors));
        int first = Count;
        byte[] code = new byte[_code.CodeBytes];
        for (; !vectors.IsEmpty; vectors = vectors[Dimensions..])
        {
            float length = _code.Encode(vectors[..Dimensions], code);
            for (int level = 0; level < _levels.Length; level++)
                _levels[level].Add(code.AsSpan(level * _code.LevelBytes, _code.LevelBytes));
            _lengths.Add(length);
        }
        return first;
    }

    /// <inheritdoc/>
    public int Search(ReadOnlySpan<float> query, Span<Hit> hits, SearchOptions? options = null)
    {
        options ??= SearchOptions.None;
        IdSet.Require(options.Allowed, Count);
        int words = _levels[0].Words, levels = _levels.Length;
        long distanceBytes = (long)levels * ChunkTiles * TileCodes * sizeof(int);
        NativeBlock memory = _memory.Take(
            ((long)levels * words * sizeof(ulong)) + distanceBytes + (ChunkTiles * TileCodes * sizeof(float)));
        try
        {
            int* distances = (int*)memory.Pointer;
            float* scores = (float*)(memory.Pointer + distanceBytes);
            ulong* queries = (ulong*)(scores + (ChunkTiles * TileCodes));
            Span<byte> code = stackalloc byte[_code.CodeBytes];
            float length = _code.Encode(query, code);
            for (int level = 0; level < levels; level++)
                CodeStore.Widen(code.Slice(level * _code.LevelBytes, _code.LevelBytes), queries + (level * words), words);
            var best = new BestHits(hits);
            for (int tile = 0; tile < _levels[0].Tiles && hits.Length > 0;)
            {
                int tiles = ChunkTiles;
                tiles = Score(tile, Math.Min(tiles, _levels[0].Tiles - tile), queries, distances, scores);
                for (int i = 0; i < tiles * TileCodes && (tile * TileCodes) + i < Count; i++)
                {
                    int id = (tile * TileCodes) + i;
                    float norm = length * _lengths[id];
                    float score = norm > 0 ? scores[i] / norm : 0;
                    if (!(score < options.LeastScore) && (options.Allowed is null || options.Allowed.Contains(id)))
                        best.Offer(new Hit(id, score));
                }
                tile += tiles;
            }
            return best.Sort();
        }
        finally
        {
            _memory.Return(memory);
        }
    }

    /// <summary>Frees the codes.</summary>
    public void Dispose()
    {
        foreach (CodeStore level in _levels)
            level.Dispose();
        _memory.Dispose();
    }

    // The order of additions is RecurrentCode.Score's: by the query's level, then by the code's.
    private int Score(int tile, int tiles, ulong* queries, int* distances, float* scores)
    {
        _levels[0].Tile(tile, out int inARow, out _, out _); // the same for all levels
        tiles = Math.Min(tiles, inARow);
        int codes = tiles * TileCodes;
        new Span<float>(scores, codes).Clear();
        for (int i = 0; i < _levels.Length; i++)
        {
            for (int j = 0; j < _levels.Length; j++)
            {
                _kernel(new HammingArguments
                {
                    Queries = queries + ((nint)i * _levels[0].Words),
                    QueryCount = 1,
                    Tiles = _levels[j].Tile(tile, out _, out _, out _),
                    TileCount = tiles,
                    Words = _levels[0].Words,
                    Distances = distances,
                });
                float weight = _code.Weight(i, j);
                for (int code = 0; code < codes; code++)
                    scores[code] = MathF.FusedMultiplyAdd(weight, Dimensions - (2 * distances[code]), scores[code]);
            }
        }
        return tiles;
    }
}
