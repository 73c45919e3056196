using Sextant.Kernels.Elementary;
using static Sextant.Kernels.Elementary.ElementaryConstants;

namespace Sextant.Kernels.Activation;

/// <summary>The specification of the activations: one scalar at a time.</summary>
internal static class ActivationReference
{
    public static float Apply(ActivationKind kind, float x)
    {
        switch (kind)
        {
            case ActivationKind.Gelu:
                return 0.5f * x * (1f + ElementaryReference.Erf(x * SqrtHalf));
            case ActivationKind.GeluTanh:
                float cubic = MathF.FusedMultiplyAdd(GeluTanhCubic, x * x * x, x);
                return 0.5f * x * (1f + ElementaryReference.Tanh(GeluTanhScale * cubic));
            case ActivationKind.Relu:
                return x > 0f ? x : 0f;
            case ActivationKind.Silu:
                return x / (1f + ElementaryReference.Exp(0f - x));
            case ActivationKind.Tanh:
                return ElementaryReference.Tanh(x);
            case ActivationKind.Sigmoid:
                return 1f / (1f + ElementaryReference.Exp(0f - x));
            default:
                return x;
        }
    }

    public static unsafe void Run(ActivationKind kind, float* x, nint stride, int rows, int columns)
    {
        for (int row = 0; row < rows; row++, x += stride)
        {
            for (int i = 0; i < columns; i++)
                x[i] = Apply(kind, x[i]);
        }
    }
}
