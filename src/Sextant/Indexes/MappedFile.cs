using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace Sextant.Indexes;

/// <summary>A file in the address space: only what is touched comes into memory.</summary>
internal sealed unsafe class MappedFile : IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _start;
    private bool _disposed;

    private MappedFile(string path, MemoryMappedFile file, long length)
    {
        (Path, _file, Length) = (path, file, length);
        _view = file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
        _start += _view.PointerOffset;
    }

    public string Path { get; }

    public long Length { get; }

    public byte* Start
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
        try
        {
            using SafeFileHandle handle = System.IO.File.OpenHandle(
                path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            long length = RandomAccess.GetLength(handle);
            if ((ulong)length != expected)
            {
                throw new InvalidIndexException(path, FormattableString.Invariant(
                    $"is damaged: it has {length} bytes; the manifest says {expected}."));
            }
            if (length < IndexFormat.SegmentHeaderBytes)
                throw new InvalidIndexException(path, "is too short to be a segment of an index.");
            var file = MemoryMappedFile.CreateFromFile(
                handle, mapName: null, capacity: 0, MemoryMappedFileAccess.Read, HandleInheritability.None,
                leaveOpen: true);
            try
            {
                return new MappedFile(path, file, length);
            }
            catch
            {
                file.Dispose();
                throw;
            }
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new InvalidIndexException(path, $"cannot be read: {problem.Message}", problem);
        }
    }

    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }
}
