using Sextant.Runtime;

namespace Sextant.Indexes;

/// <summary>
/// Every change that a writer makes to its folder goes through here, step by step: tests let single steps fail.
/// </summary>
internal class IndexFolder(string path)
{
    public string Path { get; } = path;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Makes the folder where it is not there, and returns when its name is on the disk.</summary>
    public virtual void Make()
    {
        string full = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(Path));
        string existing = full; // the first ancestor that is there already
        while (!Directory.Exists(existing) && System.IO.Path.GetDirectoryName(existing) is { Length: > 0 } parent)
            existing = parent;
        bool isNew = existing != full;
        Directory.CreateDirectory(full);
        for (string? one = System.IO.Path.GetDirectoryName(full); one is { Length: > 0 };
            one = System.IO.Path.GetDirectoryName(one))
        {
            FileSync.Folder(one, isOthers: !isNew);
            if (!isNew || one == existing)
                break;
        }
    }

    /// <summary>
    /// Begins a new file in the place of a left-over one; never writes through a link that was put there.
    /// </summary>
    public virtual FileStream Create(string name)
    {
        System.IO.File.Delete(File(name)); // a link itself, not what it leads to
        return new FileStream(File(name), FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);
    }

    public virtual void Write(FileStream file, ReadOnlySpan<byte> bytes) => file.Write(bytes);

    /// <summary>Returns when what was written is on the disk.</summary>
    public virtual void Sync(FileStream file) => FileSync.File(file.SafeFileHandle, file.Name);

    /// <summary>
    /// Puts a file in the place of another: whoever opens that sees the old one or the new one, whole.
    /// </summary>
    public virtual void Replace(string source, string destination) =>
        System.IO.File.Move(File(source), File(destination), overwrite: true);

    /// <summary>Returns when new names are on the disk.</summary>
    public virtual void SyncNames() => FileSync.Folder(Path);

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

    /// <summary>Writes a new file and returns when it is on the disk; where that fails, nothing is left of
    /// it.</summary>
    public void WriteNew(string name, Action<FileStream> write)
    {
        FileStream file = Create(name);
        try
        {
            using (file)
            {
                write(file);
                Sync(file);
            }
        }
        catch
        {
            Delete(name); // a full disk has room again
            throw;
        }
    }

    /// <summary>The same for bytes in memory.</summary>
    public void WriteNew(string name, byte[] bytes) => WriteNew(name, file => Write(file, bytes));
}
