using System.Runtime.Intrinsics;
using Sextant.Codes;
using Sextant.Kernels;
using Sextant.Kernels.Hamming;
using Sextant.Runtime;

namespace Sextant.Search;

/// <summary>Scores all residual binary codes with one query's code; an item is a shard.</summary>
/// <remarks>
/// The order of additions is that of <see cref="ResidualBinaryCode.Score"/>: by the query's level, then by the code's.
/// </remarks>
internal readonly unsafe struct ResidualBinaryScan : IJob
{
    private const int TileCodes = HammingArguments.TileCodes;
    private const int ChunkTiles = 32;

    public required Kernel<HammingArguments> Kernel { get; init; }

    public required ResidualBinarySource Codes { get; init; }

    public required ResidualBinaryCode Code { get; init; }

    /// <summary>[levels, words]: the query's code.</summary>
    public required ulong* Queries { get; init; }

    /// <summary>The length of what the query's code stands for; negative: scores are not divided by lengths.</summary>
    public required float QueryLength { get; init; }

    public required ShardHits Kept { get; init; }

    /// <summary>A bit for each id; null: all.</summary>
    public required ulong* Allowed { get; init; }

    public required float MinScore { get; init; }

    public void Execute(int item, int worker)
    {
        int* distances = stackalloc int[ChunkTiles * TileCodes];
        float* scores = stackalloc float[ChunkTiles * TileCodes];
        TileSource first = Codes.Level(0);
        (long start, long end) = Kept.Range(first.Tiles, item);
        BestHits best = Kept.Collect(item);
        for (int tile = (int)start; tile < end;)
        {
            first.Tile(tile, out int inARow, out int firstId, out int codes);
            int tiles = Math.Min(Math.Min(ChunkTiles, inARow), (int)end - tile);
            codes = Math.Min(codes, tiles * TileCodes);
            tiles = Score(tile, tiles, distances, scores);
            codes = Math.Min(codes, tiles * TileCodes);
            float* lengths = QueryLength < 0 ? null : Codes.Lengths(tile, codes);
            for (int i = 0; i < codes; i++)
            {
                int id = firstId + i;
                if (!NearestCodes.IsAllowed(Allowed, id))
                    continue;
                float score = scores[i];
                if (lengths != null)
                {
                    float norm = QueryLength * lengths[i];
                    score = norm > 0 ? score / norm : 0;
                }
                if (!(score < MinScore))
                    best.Offer(new Hit(id, score));
            }
            tile += tiles;
        }
        Kept.Keep(item, best);
    }

    // Returns how many tiles it scored: fewer where a level's tiles do not lie in a row.
    private int Score(int tile, int tiles, int* distances, float* scores)
    {
        for (int level = 0; level < Code.Levels; level++)
        {
            Codes.Level(level).Tile(tile, out int inARow, out _, out _);
            tiles = Math.Min(tiles, inARow);
        }
        int words = Codes.Level(0).Words, codes = tiles * TileCodes;
        new Span<float>(scores, codes).Clear();
        for (int i = 0; i < Code.Levels; i++)
        {
            for (int j = 0; j < Code.Levels; j++)
            {
                Kernel(new HammingArguments
                {
                    Queries = Queries + ((nint)i * words),
                    QueryCount = 1,
                    Tiles = Codes.Level(j).Tile(tile, out _, out _, out _),
                    TileCount = tiles,
                    Words = words,
                    Distances = distances,
                });
                Vector256<float> weight = Vector256.Create(Code.Weight(i, j));
                Vector256<int> dimensions = Vector256.Create(Code.Dimensions);
                for (int code = 0; code < codes; code += Vector256<int>.Count) // a tile is eight codes
                {
                    Vector256<int> distance = Vector256.Load(distances + code);
                    Vector256<float> same = Vector256.ConvertToSingle(dimensions - distance - distance);
                    Vector256.FusedMultiplyAdd(weight, same, Vector256.Load(scores + code)).Store(scores + code);
                }
            }
        }
        return tiles;
    }
}
