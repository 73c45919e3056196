using Sextant.Kernels.Gemm;

namespace Sextant.Kernels.GemmBFloat16;

/// <summary>The specification of the product of bfloat16 numbers: rows are narrowed, then the f32 product.</summary>
internal static unsafe class GemmBFloat16Reference
{
    public static void Run(in GemmArguments g)
    {
        int inputs = g.Weight.Inputs;
        GemmArguments part = g;
        part.X = g.Scratch + GemmArguments.ScratchLength(inputs);
        part.Rows = 1;
        for (int row = 0; row < g.Rows; row++)
        {
            for (int k = 0; k < inputs; k++)
                part.X[k] = NarrowReference.Narrow(g.X[row * g.XStride + k]);
            GemmReference.Run(part);
            part.Y += g.YStride;
            if (part.Residual != null)
                part.Residual += g.ResidualStride;
        }
    }
}
