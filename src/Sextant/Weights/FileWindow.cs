using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace Sextant.Weights;

/// <summary>A piece of a file, in memory until disposed.</summary>
/// <remarks>
/// Read into a pooled buffer, never mapped: touching a mapped page that another program has cut off ends the process.
/// </remarks>
internal ref struct FileWindow
{
    /// <summary>
    /// Most bytes of a window: what loading keeps resident beside the packed weights, and small enough for a core's
    /// second cache.
    /// </summary>
    public const int Longest = 1 << 20;

    private byte[]? _rented;

    private FileWindow(byte[] rented, int length)
    {
        _rented = rented;
        Bytes = rented.AsSpan(0, length);
    }

    /// <summary>The bytes; not to be used after <see cref="Dispose"/>.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    public static FileWindow Open(SafetensorsFile file, SafeFileHandle handle, long offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Longest);
        byte[] rented = ArrayPool<byte>.Shared.Rent(length);
        for (int done = 0; done < length;)
        {
            int read = RandomAccess.Read(handle, rented.AsSpan(done, length - done), offset + done);
            if (read == 0)
            {
                ArrayPool<byte>.Shared.Return(rented);
                throw file.ChangedSize(offset + done);
            }
            done += read;
        }
        return new FileWindow(rented, length);
    }

    public void Dispose()
    {
        Bytes = default;
        if (_rented is not null)
            ArrayPool<byte>.Shared.Return(_rented);
        _rented = null;
    }
}
