using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Sextant.Kernels.Activation;
using Sextant.Kernels.GemmBFloat16;
using Sextant.Kernels.GemmInt8;
using Sextant.Kernels.Vectors;

namespace Sextant.Kernels.X64;

// GEMM of bfloat16 numbers by assembled tiles of vdpbf16ps:   y [T,F] = act(narrow(x) [T,K] · w [F,K]ᵀ + b) + residual
// Loops     blocks of 64 rows are narrowed into pairs (k + 1, k) in scratch; in them panels; in them tiles of 8 rows.
// Layout    weights must be paired; those that are not go to the compiled kernel.

internal static unsafe class GemmBFloat16Avx512
{
    public static void Run(in GemmArguments g)
    {
        if (!g.Weight.IsPaired)
        {
            GemmBFloat16<Avx512Isa, Vector512<float>>.Run(g);
            return;
        }
        PackedMatrix w = g.Weight;
        float* edge = g.Scratch;
        var pairs = (uint*)(edge + 8 * PackedMatrix.PanelWidth);
        int groups = w.Inputs / 2;
        // Rows eight apart should not fall onto the same lines of the cache.
        int stride = ((groups + 15) & ~15) + 16;
        for (int row = 0; row < g.Rows; row += GemmArguments.NarrowRows)
        {
            int rows = Math.Min(GemmArguments.NarrowRows, g.Rows - row);
            for (int i = 0; i < rows; i++)
                NarrowPairs.Run(g.X + (row + i) * g.XStride, w.Inputs, pairs + (nint)i * stride);
            for (int panel = g.FirstPanel; panel < g.EndPanel; panel++)
            {
                int first = panel * PackedMatrix.PanelWidth;
                Int8TileArguments t = default;
                t.X = (byte*)pairs;
                t.XStride = (nint)stride * sizeof(uint);
                t.B = (sbyte*)w.PanelAt(panel);
                t.Bias = w.Bias == null ? null : w.Bias + first;
                TiledPanel<Tile>.Run(ref t, new PanelOutputs
                {
                    Rows = rows,
                    Width = w.WidthOf(panel),
                    Valid = Math.Min(w.WidthOf(panel), w.Outputs - first),
                    Groups = groups,
                    Activation = g.Activation,
                    Y = g.Y + row * g.YStride + first,
                    YStride = g.YStride,
                    Residual = g.Residual == null ? null : g.Residual + row * g.ResidualStride + first,
                    ResidualStride = g.ResidualStride,
                    Edge = edge,
                    Next = t.B + (nint)groups * 4 * w.WidthOf(panel),
                });
            }
        }
    }

    private readonly struct Tile : ITile
    {
        // By vectors − 1 and rows − 1.
        private static readonly nint[] s_entries = MachineCode.EntriesAt(X64Code.GemmBFloat16Tiles);

        public static int Rows => 8;

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
}
