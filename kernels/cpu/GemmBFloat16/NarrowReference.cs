namespace Sextant.Kernels.GemmBFloat16;

/// <summary>
/// The specification of narrowing to bfloat16: the upper eight bits of a significand by Dekker's splitting, so that
/// plain f32 operations do it on every machine.
/// </summary>
internal static class NarrowReference
{
    /// <summary>2¹⁶ + 1.</summary>
    public const float Split = 65537f;

    /// <summary>
    /// 2⁻⁵⁶: what is smaller becomes zero, so that no product and no sum of products is a denormal, which the
    /// processor's instruction takes for zero.
    /// </summary>
    public const float MinMagnitude = 1.3877787807814457e-17f;

    /// <summary>The nearest number with eight bits of significand; NaN where it is beyond 2¹¹².</summary>
    public static float Narrow(float x)
    {
        float spread = x * Split;
        float high = spread - (spread - x);
        float magnitude = high > 0f - high ? high : 0f - high;
        return MinMagnitude > magnitude ? 0f : high;
    }

    /// <summary>The upper half of <see cref="Narrow"/>: the lower is zero.</summary>
    public static ushort Bits(float x) => (ushort)(BitConverter.SingleToUInt32Bits(Narrow(x)) >> 16);
}
