using Sextant.Kernels.GemmBFloat16;

namespace Sextant.Kernels;

/// <summary>Narrowing as kernels/NUMERICS.md defines it, for weights when they are loaded.</summary>
internal static class BFloat16Numbers
{
    /// <summary>The nearest number with eight bits of significand; 0 below 2⁻⁵⁶, NaN beyond 2¹¹².</summary>
    public static float Narrow(float x) => NarrowReference.Narrow(x);

    /// <summary>The upper sixteen bits of <see cref="Narrow"/>.</summary>
    public static ushort Bits(float x) => NarrowReference.Bits(x);
}
