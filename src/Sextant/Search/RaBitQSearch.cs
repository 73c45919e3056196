using System.Runtime.Intrinsics;
using Sextant.Codes;
using Sextant.Kernels;
using Sextant.Kernels.PackedDot;
using Sextant.Runtime;

namespace Sextant.Search;

/// <summary>Search over RaBitQ codes by the estimates of one query, on a team of threads.</summary>
internal sealed unsafe class RaBitQSearch(RaBitQCode code, bool isDistance, ThreadTeam team, SearchMemory memory)
{
    private readonly Kernel<PackedDotArguments> _kernel = KernelSet.Chosen.PackedDot.Run;

    /// <param name="query">[Dimensions], finite, scaled as the metric wants.</param>
    /// <param name="codes">What is searched.</param>
    /// <param name="hits">Receives the hits, best first.</param>
    /// <param name="allowed">The only ids that may be found; null: all.</param>
    /// <param name="minScore">Hits with smaller scores are left out.</param>
    public int Search(ReadOnlySpan<float> query, RaBitQSource codes, Span<Hit> hits, IdSet? allowed, float minScore)
    {
        TileSource tiles = codes.Tiles;
        int k = Math.Min(hits.Length, tiles.Count);
        int shards = ShardedRows.Shards(team, (long)tiles.Count * code.CodeBytes(isDistance));
        long total = 0;
        long queryAt = SearchMemory.Reserve(ref total, code.QueryBytes);
        long keptAt = SearchMemory.Reserve(ref total, ShardHits.Bytes(shards, k));
        NativeBlock block = memory.Take(total);
        try
        {
            var bytes = new Span<sbyte>(block.Pointer + queryAt, code.QueryBytes);
            RaBitQQuery asked = code.Prepare(query, isDistance, bytes);
            if (k == 0)
                return 0;
            var kept = new ShardHits(block.Pointer + keptAt, shards, k);
            var scan = new RaBitQScan
            {
                Kernel = _kernel,
                Codes = codes,
                Query = new PackedDotArguments
                {
                    Query = (ulong*)(block.Pointer + queryAt),
                    Bits = code.Bits,
                    Words = tiles.Words,
                    Offset = asked.Offset,
                    Scale = asked.Scale,
                    Bias = asked.Bias,
                },
                HasLengths = isDistance,
                Kept = kept,
                Allowed = allowed is null ? null : allowed.Pointer,
                MinScore = minScore,
            };
            ShardedRows.Run(team, scan, shards);
            return kept.Merge(hits);
        }
        finally
        {
            GC.KeepAlive(allowed); // scans read it by its address
            memory.Return(block);
        }
    }
}

/// <summary>Scores all RaBitQ codes with one query; an item is a shard.</summary>
internal readonly unsafe struct RaBitQScan : IJob
{
    private const int TileCodes = PackedDotArguments.TileCodes;
    private const int ChunkTiles = 32;

    public required Kernel<PackedDotArguments> Kernel { get; init; }

    public required RaBitQSource Codes { get; init; }

    /// <summary>All but the codes.</summary>
    public required PackedDotArguments Query { get; init; }

    /// <summary>Whether codes have squared lengths, which are taken from the scores.</summary>
    public required bool HasLengths { get; init; }

    public required ShardHits Kept { get; init; }

    /// <summary>A bit for each id; null: all.</summary>
    public required ulong* Allowed { get; init; }

    public required float MinScore { get; init; }

    public void Execute(int item, int worker)
    {
        float* scores = stackalloc float[ChunkTiles * TileCodes];
        TileSource source = Codes.Tiles;
        (long start, long end) = Kept.Range(source.Tiles, item);
        BestHits best = Kept.Collect(item);
        for (int tile = (int)start; tile < end;)
        {
            ulong* address = source.Tile(tile, out int inARow, out int firstId, out int codes);
            int tiles = Math.Min(Math.Min(ChunkTiles, inARow), (int)end - tile);
            codes = Math.Min(codes, tiles * TileCodes);
            PackedDotArguments arguments = Query;
            arguments.Tiles = address;
            arguments.Count = codes;
            arguments.Factors = Codes.Numbers(tile, codes, 0);
            arguments.Lengths = HasLengths ? Codes.Numbers(tile, codes, 1) : null;
            arguments.Scores = scores;
            Kernel(arguments);
            for (int i = 0; i < codes; i += TileCodes)
            {
                // Nearly all are refused together. A NaN is not below anything, and is offered.
                Vector256<float> least = Vector256.Create(best.Worst > MinScore ? best.Worst : MinScore);
                if (!Vector256.LessThanAll(Vector256.Load(scores + i), least))
                    Offer(ref best, scores + i, Math.Min(TileCodes, codes - i), firstId + i);
            }
            tile += tiles;
        }
        Kept.Keep(item, best);
    }

    private void Offer(ref BestHits best, float* scores, int codes, int firstId)
    {
        for (int i = 0; i < codes; i++)
        {
            if (scores[i] < MinScore || !NearestCodes.IsAllowed(Allowed, firstId + i))
                continue;
            best.Offer(new Hit(firstId + i, scores[i]));
        }
    }
}
