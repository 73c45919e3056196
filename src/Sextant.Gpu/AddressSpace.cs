namespace Sextant.Gpu;

/// <summary>A block of a device's memory.</summary>
/// <param name="Handle">What the driver calls it: a cl_mem or a CUdeviceptr.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Owner">The workspace whose memory it is; null for weights.</param>
internal sealed record DeviceBlock(nint Handle, long Bytes, GpuWorkspace? Owner);

/// <summary>
/// Gives every block of device memory a range of addresses, so that tensors and tables are addresses on every device,
/// also where the driver hands out opaque objects (OpenCL 1.2). Bits 40 and up are the block's position, the others the
/// offset.
/// </summary>
/// <remarks>Thread-safe; reading takes no lock.</remarks>
internal sealed class AddressSpace
{
    private const int OffsetBits = 40;
    private readonly Lock _writers = new();
    private volatile DeviceBlock?[] _blocks = new DeviceBlock?[16];

    /// <summary>Where the first element of a block is.</summary>
    public nint Add(DeviceBlock block)
    {
        lock (_writers)
        {
            DeviceBlock?[] blocks = _blocks;
            int position = Array.IndexOf(blocks, null);
            if (position < 0)
            {
                position = blocks.Length;
                Array.Resize(ref blocks, 2 * position);
            }
            blocks[position] = block;
            _blocks = blocks;
            return (nint)((position + 1L) << OffsetBits);
        }
    }

    /// <summary>Takes a block's addresses back.</summary>
    public void Remove(nint address)
    {
        lock (_writers)
            _blocks[Slot(address)] = null;
    }

    /// <summary>The block in which an address lies.</summary>
    public DeviceBlock this[nint address] =>
        _blocks[Slot(address)] ?? throw new InvalidOperationException("The memory behind this address was freed.");

    /// <summary>Bytes from the beginning of its block.</summary>
    public static long Offset(nint address) => address & ((1L << OffsetBits) - 1);

    private static int Slot(nint address) => (int)((long)address >> OffsetBits) - 1;
}
