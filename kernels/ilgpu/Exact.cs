using ILGPU;
using ILGPU.IR.Intrinsics;

namespace Sextant.Ilgpu.Kernels;

/// <summary>
/// The only arithmetic on floats that a kernel may use: each rounds once, on every accelerator. ILGPU's optimizer does
/// not see into them, so that it cannot reassociate, contract or simplify; its own comparisons are wrong on NaN.
/// </summary>
internal static class Exact
{
    [IntrinsicImplementation]
    public static float Fma(float a, float b, float c) => MathF.FusedMultiplyAdd(a, b, c);

    [IntrinsicImplementation]
    public static float Mul(float a, float b) => a * b;

    [IntrinsicImplementation]
    public static float Add(float a, float b) => a + b;

    [IntrinsicImplementation]
    public static float Sub(float a, float b) => a - b;

    [IntrinsicImplementation]
    public static float Div(float a, float b) => a / b;

    [IntrinsicImplementation]
    public static float Sqrt(float a) => MathF.Sqrt(a);

    /// <summary>a &gt; b; false where one of them is NaN.</summary>
    [IntrinsicImplementation]
    public static bool Above(float a, float b) => a > b;

    /// <summary>The maximum of kernels/NUMERICS.md.</summary>
    public static float Max(float a, float b) => Above(a, b) ? a : b;

    /// <summary>The other sign.</summary>
    public static float Negate(float a) => Interop.IntAsFloat(Interop.FloatAsInt(a) ^ 0x80000000u);
}
