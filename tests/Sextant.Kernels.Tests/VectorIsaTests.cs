using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Sextant.Kernels.Vectors;

namespace Sextant.Kernels.Tests;

/// <summary>Operations whose instructions differ between processors in zeros, NaN and overflow.</summary>
public unsafe class VectorIsaTests
{
    private const int Most = 16;

    private static readonly float[] s_values =
    [
        0f, -0f, 1f, -1f, float.Epsilon, -float.Epsilon, 1.17549435e-38f, float.MaxValue, float.MinValue,
        float.PositiveInfinity, float.NegativeInfinity, float.NaN, 3.5f,
    ];

    [Fact]
    public void TheLargerAndTheSmallerAreComparisons()
    {
        foreach (float a in s_values)
        {
            foreach (float b in s_values)
            {
                float larger = a > b ? a : b, smaller = b > a ? a : b;
                ForEach(
                    Enumerable.Repeat(a, Most).ToArray(), Enumerable.Repeat(b, Most).ToArray(),
                    Enumerable.Repeat(larger, Most).ToArray(), Operation.Max);
                ForEach(
                    Enumerable.Repeat(a, Most).ToArray(), Enumerable.Repeat(b, Most).ToArray(),
                    Enumerable.Repeat(smaller, Most).ToArray(), Operation.Min);
            }
        }
    }

    [Fact]
    public void PowersOfTwoMultiplyExactly()
    {
        for (int n = -126; n <= 128; n++)
        {
            float a = n == 128 ? 0.99999994f : 1.2345678f;
            ForEach(
                Enumerable.Repeat(a, Most).ToArray(), Enumerable.Repeat((float)n, Most).ToArray(),
                Enumerable.Repeat((float)Math.ScaleB(a, n), Most).ToArray(), Operation.ScaleByPowerOf2);
        }
    }

    private enum Operation
    {
        Max,
        Min,
        ScaleByPowerOf2,
    }

    private static void ForEach(float[] a, float[] b, float[] expected, Operation operation)
    {
        foreach (Isa isa in Cases.VectorSets)
        {
            var actual = new float[Most];
            switch (isa)
            {
                case Isa.Avx512: Run<Avx512Isa, Vector512<float>>(a, b, actual, operation); break;
                case Isa.Avx2: Run<Avx2Isa, Vector256<float>>(a, b, actual, operation); break;
                default: Run<Vector128Isa, Vector128<float>>(a, b, actual, operation); break;
            }
            Cases.AssertSameBits(expected, actual, $"{isa} {operation} of {a[0]:R} and {b[0]:R}");
        }
    }

    // Compiled to the end at once, as kernels are: that is where a compiler may put operands in another order.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TIsa, TVector>(float[] left, float[] right, float[] result, Operation operation)
        where TIsa : struct, IVectorIsa<TVector>
        where TVector : struct
    {
        fixed (float* a = left, b = right, y = result)
        {
            for (int i = 0; i < Most; i += TIsa.Count)
            {
                TIsa.Store(y + i, operation switch
                {
                    Operation.Max => TIsa.Max(TIsa.Load(a + i), TIsa.Load(b + i)),
                    Operation.Min => TIsa.Min(TIsa.Load(a + i), TIsa.Load(b + i)),
                    _ => TIsa.ScaleByPowerOf2(TIsa.Load(a + i), TIsa.Load(b + i)),
                });
            }
        }
    }
}
