using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Sextant.Kernels.Activation;
using Sextant.Kernels.GemmInt8;
using Sextant.Kernels.Vectors;

namespace Sextant.Kernels.X64;

/// <summary>512 bits, four bytes in one instruction: x86 with AVX-512 VNNI, by assembled tiles.</summary>
internal readonly unsafe struct TileAvx512Vnni : IInt8Tile
{
    // By vectors − 1 and rows − 1.
    private static readonly nint[] s_entries = MachineCode.EntriesAt(X64Code.GemmInt8Tiles);

    public static int Rows => 8;

    public static int PreparedGroup => 0;

    public static void Expand(sbyte* panel, int width, int groups, sbyte* to)
    {
    }

    public static void Prepare(byte* row, int offset, int groups, byte* to)
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run(ref Int8TileArguments t, int rows, int width)
    {
        t.KeepsVectors = MachineCode.KeepsVectors;
        var tile = (delegate* unmanaged<Int8TileArguments*, void>)s_entries[(width / 16 - 1) * 8 + rows - 1];
        fixed (Int8TileArguments* arguments = &t)
            tile(arguments);
    }

    public static void Activate(ActivationKind kind, float* tile, nint stride, int rows, int columns) =>
        ActivationF32<Avx512Isa, Vector512<float>>.Run(kind, tile, stride, rows, columns);
}
