using Sextant.Measurement.Machines;
using Sextant.Measurement.Peaks;
using Sextant.Runtime;

namespace Sextant.Measurement.Cases;

/// <summary>
/// Random memory that is larger than the caches, shared by all cases that read cold data; made on first use.
/// </summary>
/// <param name="machine">Whose caches it must be larger than.</param>
/// <param name="bytes">Its size in place of that.</param>
internal sealed unsafe class ColdMemory(MachineFacts machine, long? bytes = null) : IDisposable
{
    private NativeBlock? _block;

    public long Bytes { get; } = bytes ?? Roofline.ColdBytes(machine);

    /// <summary>Random floats.</summary>
    public byte* Pointer
    {
        get
        {
            if (_block is null)
            {
                _block = new NativeBlock(Bytes);
                // Eight random megabytes, again and again: far apart enough for every cache.
                const long Part = 8 << 20;
                RandomData.Fill((float*)_block.Pointer, Math.Min(Part, Bytes) / sizeof(float), 23);
                for (long at = Part; at < Bytes; at += Part)
                    Buffer.MemoryCopy(_block.Pointer, _block.Pointer + at, Bytes - at, Math.Min(Part, Bytes - at));
            }
            return _block.Pointer;
        }
    }

    public void Dispose() => _block?.Dispose();
}
