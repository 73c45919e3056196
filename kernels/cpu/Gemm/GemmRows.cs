using Sextant.Kernels.Vectors;

namespace Sextant.Kernels.Gemm;

/// <summary>Chooses the specialisation of the micro-kernel for a row count, a width and a prefetch distance.</summary>
internal static class GemmRows<TIsa, TVector>
    where TIsa : struct, IVectorIsa<TVector>
    where TVector : struct
{
    /// <summary>
    /// Runs a tile of 1 to 8 rows (1 to 4 where vectors are shorter than 512 bits) and 1 to 3 vectors.
    /// </summary>
    public static void Run<TStored>(in TileArguments t, int rows, int vectors, int prefetchLines)
        where TStored : struct, IStored
    {
        switch (prefetchLines)
        {
            case 1: RunWidth<TStored, One>(t, rows, vectors); break;
            case 2: RunWidth<TStored, Two>(t, rows, vectors); break;
            case 3: RunWidth<TStored, Three>(t, rows, vectors); break;
            default: RunWidth<TStored, Zero>(t, rows, vectors); break;
        }
    }

    private static void RunWidth<TStored, TPrefetch>(in TileArguments t, int rows, int vectors)
        where TStored : struct, IStored
        where TPrefetch : struct, ICount
    {
        switch (vectors)
        {
            case 1: RunRows<One, TStored, TPrefetch>(t, rows); break;
            case 2: RunRows<Two, TStored, TPrefetch>(t, rows); break;
            default: RunRows<Three, TStored, TPrefetch>(t, rows); break;
        }
    }

    private static void RunRows<TWidth, TStored, TPrefetch>(in TileArguments t, int rows)
        where TWidth : struct, ICount
        where TStored : struct, IStored
        where TPrefetch : struct, ICount
    {
        switch (rows)
        {
            case 1: GemmTile<TIsa, TVector>.Run<One, TWidth, TStored, TPrefetch>(t); break;
            case 2: GemmTile<TIsa, TVector>.Run<Two, TWidth, TStored, TPrefetch>(t); break;
            case 3: GemmTile<TIsa, TVector>.Run<Three, TWidth, TStored, TPrefetch>(t); break;
            case 4: GemmTile<TIsa, TVector>.Run<Four, TWidth, TStored, TPrefetch>(t); break;
            case 5: GemmTile<TIsa, TVector>.Run<Five, TWidth, TStored, TPrefetch>(t); break;
            case 6: GemmTile<TIsa, TVector>.Run<Six, TWidth, TStored, TPrefetch>(t); break;
            case 7: GemmTile<TIsa, TVector>.Run<Seven, TWidth, TStored, TPrefetch>(t); break;
            default: GemmTile<TIsa, TVector>.Run<Eight, TWidth, TStored, TPrefetch>(t); break;
        }
    }
}
