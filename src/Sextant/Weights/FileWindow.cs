using System.Buffers;
using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace Sextant.Weights;

/// <summary>A piece of a file, in memory until disposed.</summary>
/// <remarks>
/// Long pieces are mapped; short ones are read into a pooled buffer, because making, touching and dropping a mapping
/// costs more than the copy: 16 KB 9 µs mapped and 1.8 µs read, 98 KB 15 and 8, 1 MB 62 and 50 plus the copy
/// (page cache, EPYC with AVX-512, 2026-11).
/// </remarks>
internal unsafe ref struct FileWindow
{
    /// <summary>Most bytes of a window: what loading keeps resident beside the packed weights.</summary>
    public const int Longest = 4 << 20;

    private const int ShortestMapped = 256 << 10;

    private readonly MemoryMappedViewAccessor? _view;
    private byte[]? _rented;

    private FileWindow(MemoryMappedViewAccessor view, int length)
    {
        _view = view;
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        Bytes = new ReadOnlySpan<byte>(start + view.PointerOffset, length);
    }

    private FileWindow(byte[] rented, int length)
    {
        _rented = rented;
        Bytes = rented.AsSpan(0, length);
    }

    /// <summary>The bytes; not to be used after <see cref="Dispose"/>.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    public static FileWindow Open(SafetensorsFile file, MemoryMappedFile mapping, SafeFileHandle handle, long offset,
        int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Longest);
        if (length >= ShortestMapped)
            return new FileWindow(mapping.CreateViewAccessor(offset, length, MemoryMappedFileAccess.Read), length);

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
        if (_view is not null)
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
        }
        if (_rented is not null)
            ArrayPool<byte>.Shared.Return(_rented);
        _rented = null;
    }
}
