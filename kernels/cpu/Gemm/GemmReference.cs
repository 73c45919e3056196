using Sextant.Kernels.Activation;

namespace Sextant.Kernels.Gemm;

/// <summary>The specification of the matrix product: one chain per output, k ascending.</summary>
internal static unsafe class GemmReference
{
    public static void Run(in GemmArguments g)
    {
        g.AssertValid();
        PackedMatrix w = g.Weight;
        for (int panel = g.FirstPanel; panel < g.EndPanel; panel++)
        {
            int width = w.WidthOf(panel);
            int first = panel * PackedMatrix.PanelWidth;
            int end = Math.Min(first + PackedMatrix.PanelWidth, w.Outputs);
            byte* data = w.PanelAt(panel);
            for (int t = 0; t < g.Rows; t++)
            {
                for (int f = first; f < end; f++)
                {
                    float sum = 0f;
                    for (int k = 0; k < w.Inputs; k++)
                    {
                        float weight = Widen(data, w.Type, (nint)k * width + (f - first));
                        sum = MathF.FusedMultiplyAdd(g.X[t * g.XStride + k], weight, sum);
                    }
                    if (w.Bias != null)
                        sum += w.Bias[f];
                    sum = ActivationReference.Apply(g.Activation, sum);
                    if (g.Residual != null)
                        sum += g.Residual[t * g.ResidualStride + f];
                    g.Y[t * g.YStride + f] = sum;
                }
            }
        }
    }

    /// <summary>The value of one stored element.</summary>
    public static float Widen(byte* data, StoredType type, nint index) => type switch
    {
        StoredType.F16 => (float)((Half*)data)[index],
        StoredType.BF16 => BitConverter.Int32BitsToSingle(((ushort*)data)[index] << 16),
        StoredType.I8 => ((sbyte*)data)[index],
        _ => ((float*)data)[index],
    };
}
