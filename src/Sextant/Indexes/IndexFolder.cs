using System.Runtime.InteropServices;

namespace Sextant.Indexes;

/// <summary>
/// Every change that a writer makes to its folder goes through here, step by step: tests let single steps fail.
/// </summary>
internal partial class IndexFolder(string path)
{
    public string Path { get; } = path;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Begins a new file, or replaces a left-over one.</summary>
    public virtual FileStream Create(string name) =>
        new(File(name), FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);

    public virtual void Write(FileStream file, ReadOnlySpan<byte> bytes) => file.Write(bytes);

    /// <summary>Returns when what was written is on the disk.</summary>
    public virtual void Sync(FileStream file) => file.Flush(flushToDisk: true);

    /// <summary>
    /// Puts a file in the place of another: whoever opens that sees the old one or the new one, whole.
    /// </summary>
    public virtual void Replace(string source, string destination) =>
        System.IO.File.Move(File(source), File(destination), overwrite: true);

    /// <summary>Returns when new names are on the disk.</summary>
    public virtual void SyncNames()
    {
        // Windows writes names through; elsewhere a folder is flushed as a file is.
        if (OperatingSystem.IsWindows())
            return;
        int folder = Open(Path, 0);
        if (folder < 0)
            throw new IOException($"{Path}: cannot be flushed (error {Marshal.GetLastPInvokeError()}).");
        int result = Flush(folder);
        int error = Marshal.GetLastPInvokeError();
        _ = Close(folder);
        const int NotSupported = 22; // some file systems flush names by themselves and refuse to be asked
        if (result != 0 && error != NotSupported)
            throw new IOException($"{Path}: cannot be flushed (error {error}).");
    }

    /// <summary>
    /// Deletes a file that no commit needs; one that someone still holds open stays until the next time.
    /// </summary>
    public virtual void Delete(string name)
    {
        try
        {
            System.IO.File.Delete(File(name));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
        }
    }

    /// <summary>Writes a whole new file and returns when it is on the disk.</summary>
    public void WriteWhole(string name, ReadOnlySpan<byte> bytes)
    {
        using FileStream file = Create(name);
        Write(file, bytes);
        Sync(file);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Flush(int file);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);
}
