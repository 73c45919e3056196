using Sextant.Kernels.Gemm;
using Sextant.Kernels.Vectors;

namespace Sextant.Kernels.GemmBFloat16;

// GEMM of bfloat16 numbers:   y [T,F] = act(narrow(x) [T,K] · w [F,K]ᵀ + b) + residual
// Loops     blocks of 64 rows are narrowed into scratch, where they stay f32; then the f32 product, whose weights are
//           widened in the tile.
// Order     k ascending, one fma chain an output (kernels/NUMERICS.md).

internal static unsafe class GemmBFloat16<TIsa, TVector>
    where TIsa : struct, IVectorIsa<TVector>
    where TVector : struct
{
    public static void Run(in GemmArguments g)
    {
        int inputs = g.Weight.Inputs;
        float* narrow = g.Scratch + GemmArguments.ScratchLength(inputs);
        for (int row = 0; row < g.Rows; row += GemmArguments.NarrowRows)
        {
            GemmArguments part = g;
            part.Rows = Math.Min(GemmArguments.NarrowRows, g.Rows - row);
            for (int i = 0; i < part.Rows; i++)
                NarrowF32<TIsa, TVector>.Run(g.X + (row + i) * g.XStride, inputs, narrow + (nint)i * inputs);
            part.X = narrow;
            part.XStride = inputs;
            part.Y += row * g.YStride;
            if (part.Residual != null)
                part.Residual += row * g.ResidualStride;
            GemmF32<TIsa, TVector>.Run(part);
        }
    }
}
