namespace Sextant.Backends;

/// <summary>What a device computes in.</summary>
public enum Precision
{
    /// <summary>
    /// f32 by kernels/NUMERICS.md: the same bits on every device, for any batch, order and number of threads.
    /// </summary>
    Exact,

    /// <summary>
    /// Products of 16-bit numbers, summed in f32. Still the same bits in any batch and order on one device, but other
    /// bits than <see cref="Exact"/>. A device that has no such kernels refuses it.
    /// </summary>
    Fast,
}
