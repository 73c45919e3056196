using System.Runtime.CompilerServices;
using Sextant.Kernels.Activation;
using Sextant.Kernels.Vectors;

namespace Sextant.Kernels.Quantize;

// Rows to bytes, two passes over a row that stays in the L1. An activation and a gate are part of the first.
// Bound     L1 bandwidth; with an activation compute.
// Order     extremes are exact, so that their order does not matter, nor does that of the poison, which is +0 or NaN;
//           each byte is one fused multiply-add.
// Edges     what two vectors do not fill is done by the reference.

internal static unsafe class QuantizeF32<TIsa, TVector>
    where TIsa : struct, IVectorIsa<TVector>
    where TVector : struct
{
    public static void Run(in QuantizeArguments a)
    {
        switch (a.Activation)
        {
            case ActivationKind.Identity: Run<ActivationF32<TIsa, TVector>.Identity>(a); break;
            case ActivationKind.Gelu: Run<ActivationF32<TIsa, TVector>.Gelu>(a); break;
            case ActivationKind.GeluTanh: Run<ActivationF32<TIsa, TVector>.GeluTanh>(a); break;
            case ActivationKind.Relu: Run<ActivationF32<TIsa, TVector>.Relu>(a); break;
            case ActivationKind.Silu: Run<ActivationF32<TIsa, TVector>.Silu>(a); break;
            case ActivationKind.Tanh: Run<ActivationF32<TIsa, TVector>.Tanh>(a); break;
            case ActivationKind.Sigmoid: Run<ActivationF32<TIsa, TVector>.Sigmoid>(a); break;
            default: throw new ArgumentOutOfRangeException(nameof(a), a.Activation, "is no activation");
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TFunction>(in QuantizeArguments a)
        where TFunction : struct, ActivationF32<TIsa, TVector>.IFunction
    {
        int n = a.Columns;
        int pairs = n & ~((2 * TIsa.Count) - 1);
        for (int row = 0; row < a.Rows; row++)
        {
            float* x = a.X + row * a.XStride;
            float* gate = a.IsGated ? x + n : null;
            float* inverse = a.Inverse;
            byte* q = a.Q + row * a.QStride;
            TVector high0 = TIsa.Zero, high1 = TIsa.Zero, low0 = TIsa.Zero, low1 = TIsa.Zero;
            TVector poison0 = TIsa.Zero, poison1 = TIsa.Zero;
            for (int k = 0; k < pairs; k += 2 * TIsa.Count)
            {
                int next = k + TIsa.Count;
                TVector v0 = TIsa.Multiply(Activate<TFunction>(x + k, gate, k), TIsa.Load(inverse + k));
                TVector v1 = TIsa.Multiply(Activate<TFunction>(x + next, gate, next), TIsa.Load(inverse + next));
                high0 = TIsa.Max(high0, v0);
                high1 = TIsa.Max(high1, v1);
                low0 = TIsa.Min(low0, v0);
                low1 = TIsa.Min(low1, v1);
                poison0 = TIsa.Fma(v0, TIsa.Zero, poison0);
                poison1 = TIsa.Fma(v1, TIsa.Zero, poison1);
            }
            float high = TIsa.FoldMax(TIsa.Max(high0, high1));
            float low = TIsa.FoldMax(TIsa.Subtract(TIsa.Zero, TIsa.Min(low0, low1)));
            float poison = TIsa.FoldAdd(TIsa.Add(poison0, poison1));
            for (int k = pairs; k < n; k++)
            {
                QuantizeReference.Activate(a, x, k);
                float v = x[k] * inverse[k];
                high = high > v ? high : v;
                low = low > 0f - v ? low : 0f - v;
                poison += v * 0f;
            }
            RowSteps steps = QuantizeReference.Steps(high, low, poison);
            a.Scales[row] = steps.Scale;
            a.Offsets[row] = steps.Offset;
            TVector perUnit = TIsa.Broadcast(steps.PerUnit);
            TVector shift = TIsa.Broadcast(steps.Shift);
            for (int k = 0; k < pairs; k += 2 * TIsa.Count)
            {
                int next = k + TIsa.Count;
                TVector v0 = TIsa.Multiply(TIsa.Load(x + k), TIsa.Load(inverse + k));
                TVector v1 = TIsa.Multiply(TIsa.Load(x + next), TIsa.Load(inverse + next));
                TIsa.StoreSteps(q + k, TIsa.Fma(v0, perUnit, shift), TIsa.Fma(v1, perUnit, shift));
            }
            for (int k = pairs; k < n; k++)
                q[k] = QuantizeReference.Step(x[k] * inverse[k], steps);
            for (int k = n; k % 4 != 0; k++)
                q[k] = 0;
        }
    }

    // What is quantised, left in x where it was not there before.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Activate<TFunction>(float* x, float* gate, int k)
        where TFunction : struct, ActivationF32<TIsa, TVector>.IFunction
    {
        TVector value = TFunction.Apply(TIsa.Load(x));
        if (gate != null)
            value = TIsa.Multiply(value, TIsa.Load(gate + k));
        if (gate != null || typeof(TFunction) != typeof(ActivationF32<TIsa, TVector>.Identity))
            TIsa.Store(x, value);
        return value;
    }
}
