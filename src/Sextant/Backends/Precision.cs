namespace Sextant.Backends;

/// <summary>What a device computes in.</summary>
public enum Precision
{
    /// <summary>
    /// f32 by kernels/NUMERICS.md: the same bits on every device, for any batch, order and number of threads.
    /// </summary>
    Exact,

    /// <summary>
    /// The fastest that the device has, and the model's card says which: <see cref="Int8"/> on the processor; on others
    /// products of 16-bit numbers, summed in f32. Still the same bits in any batch and order on one device, but other
    /// bits than <see cref="Exact"/>. A device that has no such kernels refuses it.
    /// </summary>
    Fast,

    /// <summary>
    /// Products of bytes, summed exactly, and attention of bfloat16 numbers: the same bits in any batch and order, for
    /// any number of threads and any instruction set, but other bits than <see cref="Exact"/>. Weights take a byte
    /// each.
    /// </summary>
    Int8,

    /// <summary>
    /// Products of bfloat16 numbers, summed in f32 in one order: the same bits in any batch and order, for any number
    /// of threads and any instruction set, near <see cref="Exact"/>. Weights take two bytes each.
    /// </summary>
    BFloat16,
}
