using Sextant.Kernels.Activation;

namespace Sextant.Kernels.GemmInt8;

/// <summary>The specification of the product in bytes: exact integers, then three rounded operations.</summary>
internal static unsafe class GemmInt8Reference
{
    public static void Run(in GemmInt8Arguments g)
    {
        PackedInt8Matrix w = g.Weight;
        for (int panel = g.FirstPanel; panel < g.EndPanel; panel++)
        {
            int width = w.WidthOf(panel);
            int first = panel * PackedMatrix.PanelWidth;
            int end = Math.Min(first + PackedMatrix.PanelWidth, w.Outputs);
            sbyte* data = w.PanelAt(panel);
            for (int t = 0; t < g.Rows; t++)
            {
                byte* q = g.Q + t * g.QStride;
                for (int f = first; f < end; f++)
                {
                    int sum = 0;
                    for (int k = 0; k < w.Inputs; k++)
                        sum += (q[k] + g.Offsets[t]) * data[PackedInt8Matrix.IndexOf(width, k, f - first)];
                    float y = (float)sum * g.Scales[t];
                    y *= w.Scales[f];
                    y += w.Bias[f];
                    y = ActivationReference.Apply(g.Activation, y);
                    if (g.Residual != null)
                        y += g.Residual[t * g.ResidualStride + f];
                    g.Y[t * g.YStride + f] = y;
                }
            }
        }
    }
}
