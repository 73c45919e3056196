using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Sextant.Runtime;

namespace Sextant.Indexes;

/// <summary>Keeps other writers out of an index until it is disposed, or its process ends.</summary>
/// <remarks>
/// The lock is on the file 'lock', by a call of our own: .NET's locks can be switched off by a variable. A lock stays
/// on a file whose name is taken away, where the next writer would not meet it, so the folder is locked too where the
/// file system can, and before each commit the name is looked at again.
/// </remarks>
internal sealed partial class WriterLock : IDisposable
{
    private const int ExclusiveAtOnce = 2 | 4;
    private const int Unlock = 8;

    private readonly IndexFolder _folder;
    private readonly SafeFileHandle _file;
    private readonly SafeFileHandle? _names;

    private WriterLock(IndexFolder folder)
    {
        _folder = folder;
        string path = folder.File(IndexFormat.LockName);
        if (new FileInfo(path).LinkTarget is not null)
            throw new IOException($"{path} is a symbolic link.");
        _file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        try
        {
            if (OperatingSystem.IsWindows())
                return; // the share mode is the lock, and keeps the name
            if (Lock(_file, ExclusiveAtOnce) != 0)
                throw Failed(path, Marshal.GetLastPInvokeError());
            _names = FileSync.OpenFolder(folder.Path, out _);
            // Some network file systems lock no folders; the file is all there is then.
            if (_names is not null && Lock(_names, ExclusiveAtOnce) != 0 && IsTaken(Marshal.GetLastPInvokeError()))
                throw Failed(folder.Path, Marshal.GetLastPInvokeError());
            Require();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <exception cref="InvalidIndexException">Another writer has it, or the folder cannot be written.</exception>
    public static WriterLock Take(IndexFolder folder)
    {
        try
        {
            return new WriterLock(folder);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new InvalidIndexException(
                folder.Path, $"cannot be opened for writing; another writer may have it: {problem.Message}", problem);
        }
    }

    /// <summary>Refuses to go on where the file that is locked is no longer the folder's.</summary>
    /// <exception cref="IOException">It was deleted or replaced: another writer may be at work.</exception>
    public void Require()
    {
        string path = _folder.File(IndexFormat.LockName);
        if (!OperatingSystem.IsWindows() && FileIdentity.OfHandle(_file) != FileIdentity.OfName(path))
            throw new IOException($"{path} was deleted or replaced; another writer may be at work.");
    }

    /// <summary>Lets the next writer in.</summary>
    /// <remarks>
    /// Closing alone would not: a process that is being started holds copies of both handles between fork and exec, and
    /// a lock stays until the last copy is closed, or any of them is unlocked.
    /// </remarks>
    public void Dispose()
    {
        Release(_names);
        Release(_file);
    }

    private static void Release(SafeFileHandle? locked)
    {
        if (locked is null or { IsClosed: true })
            return;
        if (!OperatingSystem.IsWindows())
            _ = Lock(locked, Unlock);
        locked.Dispose();
    }

    private static bool IsTaken(int error) => error == (OperatingSystem.IsMacOS() ? 35 : 11);

    private static IOException Failed(string path, int error) => new(
        IsTaken(error) ? $"{path} is locked." : $"{path} cannot be locked: {Marshal.GetPInvokeErrorMessage(error)}.");

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Lock(SafeFileHandle file, int operation);
}
