using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Sextant;

/// <summary>
/// Opens files that a model or an index names: regular files only, so that a pipe does not block and a device is not
/// read without end.
/// </summary>
internal static partial class RegularFile
{
    private const int ReadOnly = 0;

    // O_NONBLOCK and O_CLOEXEC have other values on other kernels.
    private static readonly int s_flags = OperatingSystem.IsMacOS() ? 0x4 | 0x1000000 : 0x800 | 0x80000;

    /// <summary>Opens a file for reading at any offset.</summary>
    /// <param name="path">The file.</param>
    /// <param name="share">What others may do with it meanwhile, where the system asks.</param>
    /// <exception cref="IOException">It is missing, or no regular file.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read, or is a folder.</exception>
    internal static SafeFileHandle Open(string path, FileShare share = FileShare.Read)
    {
        SafeFileHandle handle = OpenWithoutWaiting(path, share);
        try
        {
            // A pipe or a terminal has no length; a device has the length 0 and bytes all the same.
            long length = RandomAccess.GetLength(handle);
            Span<byte> one = stackalloc byte[1];
            if (length > 0 || RandomAccess.Read(handle, one, 0) == 0)
                return handle;
            handle.Dispose();
            throw NotRegular(path, null);
        }
        catch (NotSupportedException error)
        {
            handle.Dispose();
            throw NotRegular(path, error);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>
    /// All bytes of a file of at most <paramref name="limit"/> bytes; null where it is longer, and
    /// <paramref name="length"/> says how long.
    /// </summary>
    /// <exception cref="IOException">It is missing, no regular file, or becomes shorter meanwhile.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read, or is a folder.</exception>
    internal static byte[]? Read(string path, long limit, out long length)
    {
        using SafeFileHandle handle = Open(path);
        length = RandomAccess.GetLength(handle);
        if (length > Math.Min(limit, Array.MaxLength))
            return null;
        byte[] bytes = GC.AllocateUninitializedArray<byte>((int)length);
        for (int done = 0; done < bytes.Length;)
        {
            int read = RandomAccess.Read(handle, bytes.AsSpan(done), done);
            if (read == 0)
                throw new IOException($"{path} became shorter while it was read.");
            done += read;
        }
        return bytes;
    }

    // Opening a pipe to read it waits for a writer, and the framework has no way to say that it should not. What is
    // wrong with a path (missing, a folder, not allowed) the framework says best.
    private static SafeFileHandle OpenWithoutWaiting(string path, FileShare share)
    {
        if (OperatingSystem.IsWindows() || Directory.Exists(path))
            return File.OpenHandle(path, share: share);
        int file = Open(path, ReadOnly | s_flags);
        return file >= 0 ? new SafeFileHandle(file, ownsHandle: true) : File.OpenHandle(path, share: share);
    }

    private static IOException NotRegular(string path, Exception? inner) => new(
        $"{path} is no regular file (a pipe, a device or a socket).", inner);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);
}
