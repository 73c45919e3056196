using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace Sextant.Indexes;

/// <summary>A file in the address space: only what is touched comes into memory.</summary>
/// <remarks>
/// Where another program cuts the file short, touching what is gone ends the process on Unix. So every call asks for
/// the length first (<see cref="RequireWhole"/>), and what is not scanned is read into memory of our own
/// (<see cref="Read"/>).
/// </remarks>
internal sealed unsafe class MappedFile : SegmentBytes
{
    private readonly SafeFileHandle _handle;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _start;
    private bool _disposed;

    private MappedFile(string path, SafeFileHandle handle, MemoryMappedFile file, long length)
    {
        (Path, _handle, _file, Length) = (path, handle, file, length);
        _view = file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
        _start += _view.PointerOffset;
    }

    public override string Path { get; }

    public override long Length { get; }

    // Windows lets no one cut a file that is mapped, and commits memory before it is touched.
    public override bool IsStable => OperatingSystem.IsWindows();

    public override byte* Start
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _start;
        }
    }

    /// <summary>Maps a file of a known length.</summary>
    public static MappedFile Open(string path, ulong expected)
    {
        SafeFileHandle? handle = null;
        MemoryMappedFile? file = null;
        try
        {
            handle = RegularFile.Open(path, FileShare.ReadWrite | FileShare.Delete);
            long length = RandomAccess.GetLength(handle);
            if ((ulong)length != expected)
            {
                throw new InvalidIndexException(path, FormattableString.Invariant(
                    $"is damaged: it has {length} bytes; the manifest says {expected}."));
            }
            if (length < IndexFormat.SegmentHeaderBytes)
                throw new InvalidIndexException(path, "is too short to be a segment of an index.");
            file = MemoryMappedFile.CreateFromFile(
                handle, mapName: null, capacity: 0, MemoryMappedFileAccess.Read, HandleInheritability.None,
                leaveOpen: true);
            return new MappedFile(path, handle, file, length);
        }
        catch (Exception problem)
        {
            file?.Dispose();
            handle?.Dispose();
            if (problem is IOException or UnauthorizedAccessException)
                throw new InvalidIndexException(path, $"cannot be read: {problem.Message}", problem);
            throw;
        }
    }

    /// <summary>Refuses to go on where the file is no longer as long as it was. Windows lets no one cut it.</summary>
    public override void RequireWhole()
    {
        if (OperatingSystem.IsWindows())
            return;
        long now = RandomAccess.GetLength(_handle);
        if (now != Length)
            throw Changed(now);
    }

    /// <summary>Reads some bytes, not through the map.</summary>
    public override void Read(long offset, Span<byte> bytes)
    {
        try
        {
            for (int done = 0; done < bytes.Length;)
            {
                int read = RandomAccess.Read(_handle, bytes[done..], offset + done);
                if (read == 0)
                    throw Changed(offset + done);
                done += read;
            }
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new InvalidIndexException(Path, $"cannot be read: {problem.Message}", problem);
        }
    }

    public override void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
        _handle.Dispose();
    }

    private InvalidIndexException Changed(long now) => new(Path, FormattableString.Invariant(
        $"had {Length} bytes when it was opened and has {now} now; files of an index must not be written to."));
}
