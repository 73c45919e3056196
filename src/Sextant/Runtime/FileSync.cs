using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Sextant.Runtime;

/// <summary>Brings files and names to the disk, and fails where that fails.</summary>
/// <remarks>
/// FileStream.Flush(true) is of no use here: .NET 10 ignores EIO and ENOSPC from fsync. A caller that sees a failure
/// must not try again: the kernel may have dropped what it could not write, and a second fsync reports success.
/// </remarks>
internal static partial class FileSync
{
    private const int Interrupted = 4, AccessDenied = 13, Invalid = 22;
    private const int FullSync = 51; // macOS: through the drive's own cache, which its fsync does not flush

    /// <summary>Returns when the bytes of a file are on the disk.</summary>
    /// <exception cref="IOException">They may not be.</exception>
    public static void File(SafeFileHandle file, string path)
    {
        if (OperatingSystem.IsWindows())
        {
            if (!FlushFileBuffers(file))
                throw Failed(path, Marshal.GetLastPInvokeError());
            return;
        }
        // Network file systems refuse F_FULLFSYNC; there fsync is all there is.
        if (OperatingSystem.IsMacOS() && Control(file, FullSync) != -1)
            return;
        if (Sync(file) is not 0 and int error)
            throw Failed(path, error);
    }

    /// <summary>Returns when the names in a folder are on the disk. Windows writes names through.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="isOthers">Whether it is passed over where this user may not read it.</param>
    /// <exception cref="IOException">They may not be.</exception>
    public static void Folder(string path, bool isOthers = false)
    {
        if (OperatingSystem.IsWindows())
            return;
        using SafeFileHandle? folder = OpenFolder(path, out int error);
        if (folder is null && isOthers && error == AccessDenied)
            return;
        if (folder is not null)
            error = Sync(folder);
        if (error is not 0 and not Invalid) // file systems that write names at once refuse to be asked
            throw Failed(path, error);
    }

    /// <summary>Opens a folder for reading; null, and the system's error, where that fails.</summary>
    public static SafeFileHandle? OpenFolder(string path, out int error)
    {
        int closeOnExecute = OperatingSystem.IsMacOS() ? 0x1000000 : 0x80000;
        int file = Open(path, closeOnExecute);
        error = file < 0 ? Marshal.GetLastPInvokeError() : 0;
        return file < 0 ? null : new SafeFileHandle(file, ownsHandle: true);
    }

    private static int Sync(SafeFileHandle file)
    {
        while (true)
        {
            if (FSync(file) == 0)
                return 0;
            int error = Marshal.GetLastPInvokeError();
            if (error != Interrupted)
                return error;
        }
    }

    private static IOException Failed(string path, int error) => new(FormattableString.Invariant(
        $"{path}: cannot be brought to the disk: {Marshal.GetPInvokeErrorMessage(error)} (error {error})."));

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(SafeFileHandle file, int command);

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool FlushFileBuffers(SafeFileHandle file);
}
