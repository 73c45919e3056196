using Sextant.Kernels.Activation;

namespace Sextant.Kernels.Gate;

/// <summary>The specification of the gated activations.</summary>
internal static unsafe class GateReference
{
    public static void Run(in GateArguments a)
    {
        a.AssertValid();
        for (int row = 0; row < a.Rows; row++)
        {
            float* x = a.X + row * a.Stride;
            for (int i = 0; i < a.Columns; i++)
                x[i] = ActivationReference.Apply(a.Kind, x[i]) * x[a.Columns + i];
        }
    }
}
