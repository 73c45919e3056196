using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Sextant.Kernels.Hamming;

namespace Sextant.Kernels.X64;

/// <summary>
/// Hamming distances by vpopcntq, assembled; where a processor or a system lacks it, by the compiled kernel.
/// </summary>
internal static unsafe class HammingAvx512Popcount
{
    private const int QueriesAtOnce = 4;

    public static void Run(in HammingArguments a)
    {
        if (!ProcessorBits.HasAvx512Vpopcntdq || MachineCode.Problem is not null)
        {
            HammingU1<BitAvx512Isa, Vector512<byte>>.Run(a);
            return;
        }
        nint codes = a.TileCount * HammingArguments.TileCodes;
        if (codes == 0)
            return;
        int query = 0;
        for (; query <= a.QueryCount - QueriesAtOnce; query += QueriesAtOnce)
            Four(a, a.Queries + (nint)query * a.Words, a.Distances + query * codes);
        for (; query < a.QueryCount; query++)
            One(a, a.Queries + (nint)query * a.Words, a.Distances + query * codes);
    }

    private static void Four(in HammingArguments a, ulong* queries, int* distances)
    {
        var arguments = new Arguments
        {
            Query = queries,
            Words = a.Words,
            Tiles = a.Tiles,
            Left = a.TileCount,
            Distances = distances,
            DistanceStride = a.TileCount * HammingArguments.TileCodes * sizeof(int),
            KeepsVectors = MachineCode.KeepsVectors,
        };
        ((delegate* unmanaged<Arguments*, void>)MachineCode.EntryAt(X64Code.HammingFour))(&arguments);
    }

    // Two streams a half apart; a tile that is left goes through both.
    private static void One(in HammingArguments a, ulong* query, int* distances)
    {
        nint half = a.TileCount / 2;
        if (half > 0)
            One(a, query, distances, 0, half, half);
        if ((a.TileCount & 1) != 0)
            One(a, query, distances, a.TileCount - 1, a.TileCount - 1, 1);
    }

    private static void One(in HammingArguments a, ulong* query, int* distances, nint first, nint other, nint count)
    {
        nint tile = (nint)a.Words * HammingArguments.TileCodes;
        var arguments = new Arguments
        {
            Query = query,
            Words = a.Words,
            Tiles = a.Tiles + first * tile,
            OtherTiles = a.Tiles + other * tile,
            Left = count,
            Distances = distances + first * HammingArguments.TileCodes,
            OtherDistances = distances + other * HammingArguments.TileCodes,
            KeepsVectors = MachineCode.KeepsVectors,
        };
        ((delegate* unmanaged<Arguments*, void>)MachineCode.EntryAt(X64Code.HammingOne))(&arguments);
    }

    /// <summary>Read by the code by the offsets of its fields.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Arguments
    {
        public ulong* Query;
        public nint Words;
        public ulong* Tiles;
        public ulong* OtherTiles;
        public nint Left;
        public int* Distances;
        public int* OtherDistances;
        public nint DistanceStride;
        public nint KeepsVectors;
        public fixed byte Saved[160];
    }
}
