using System.Runtime.Intrinsics;
using Sextant.Kernels;
using Sextant.Kernels.Hamming;
using Sextant.Runtime;

namespace Sextant.Search;

/// <summary>Scans shards of the codes for many queries, 512 codes at a time; an item is a shard.</summary>
internal readonly unsafe struct HammingBatchScan : IJob
{
    /// <summary>Fewer queries do not pay for turning the codes.</summary>
    public const int MinQueries = 10;

    private const int TileCodes = HammingArguments.TileCodes;

    public required Kernel<HammingBatchArguments> Kernel { get; init; }

    public required TileSource Codes { get; init; }

    public required int Shards { get; init; }

    /// <summary>[QueryCount, words].</summary>
    public required ulong* Queries { get; init; }

    /// <summary>[QueryCount, words, PatternsPerWord].</summary>
    public required ushort* Patterns { get; init; }

    public required int QueryCount { get; init; }

    /// <summary>[Shards, QueryCount].</summary>
    public required NearestCodes* Nearest { get; init; }

    /// <summary>[Shards, QueryCount, PlaneCount, 8].</summary>
    public required ulong* Planes { get; init; }

    /// <summary>[Shards, QueryCount, 8].</summary>
    public required ulong* Near { get; init; }

    /// <summary>[Shards, QueryCount].</summary>
    public required int* Limits { get; init; }

    /// <summary>A bit for each id that may be found; null: all.</summary>
    public required ulong* Allowed { get; init; }

    public void Execute(int item, int worker)
    {
        int words = Codes.Words, planeCount = HammingBatchArguments.PlaneCount(words);
        int tile = (int)((long)Codes.Tiles * item / Shards);
        int end = (int)((long)Codes.Tiles * (item + 1) / Shards);
        nint first = (nint)item * QueryCount;
        NearestCodes* nearest = Nearest + first;
        var arguments = new HammingBatchArguments
        {
            Queries = Queries,
            Patterns = Patterns,
            Limits = Limits + first,
            QueryCount = QueryCount,
            Words = words,
            Planes = Planes + (first * planeCount * TileCodes),
            Near = Near + (first * TileCodes),
        };
        ulong* may = stackalloc ulong[TileCodes];
        while (tile < end)
        {
            arguments.Tiles = Codes.Tile(tile, out int inARow, out int firstId, out int codes);
            int taken = Math.Min(Math.Min(HammingBatchArguments.MaxTiles, inARow), end - tile);
            tile += taken;
            if (!Permit(firstId, Math.Min(taken * TileCodes, codes), may))
                continue;
            arguments.TileCount = taken;
            for (int query = 0; query < QueryCount; query++)
                arguments.Limits[query] = nearest[query].Limit;
            Kernel(arguments);
            for (int query = 0; query < QueryCount; query++)
            {
                nearest[query].Offer(
                    arguments.Near + ((nint)query * TileCodes), may,
                    arguments.Planes + ((nint)query * planeCount * TileCodes), planeCount, firstId);
            }
        }
    }

    // may [8]: bit t of word l is set where code 8 · t + l is there and allowed. False where none is.
    private bool Permit(int firstId, int codes, ulong* may)
    {
        if (Allowed == null)
        {
            for (int code = 0; code < TileCodes; code++)
                may[code] = Ones((codes - code + TileCodes - 1) / TileCodes);
            return true;
        }
        // The ids of a tile are one byte of the bits; those after the last id are zero.
        byte* bits = (byte*)Allowed + (firstId / TileCodes);
        int tiles = (codes + TileCodes - 1) / TileCodes;
        Vector512<byte> bytes = Vector512<byte>.Zero;
        if (tiles == Vector512<byte>.Count)
        {
            bytes = Vector512.Load(bits);
        }
        else
        {
            for (int i = 0; i < tiles; i++)
                bytes = bytes.WithElement(i, bits[i]);
        }
        if (bytes == Vector512<byte>.Zero)
            return false;
        for (int code = 0; code < TileCodes; code++)
        {
            may[code] = (bytes << (7 - code)).ExtractMostSignificantBits()
                & Ones((codes - code + TileCodes - 1) / TileCodes);
        }
        return true;
    }

    private static ulong Ones(int count) => count >= 64 ? ulong.MaxValue : (1ul << count) - 1;
}
