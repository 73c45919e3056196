using System.Diagnostics.CodeAnalysis;

namespace Sextant.Cli.Outputs;

/// <summary>Where a verb writes its result: standard output, or a file that appears only when it is complete.</summary>
/// <remarks>
/// A file is written beside its final place and moved there by <see cref="Commit"/>; disposing without it leaves the
/// old file, if any, as it was.
/// </remarks>
internal sealed class OutputFile : IDisposable
{
    private readonly string? _partial;
    private readonly string? _path;
    private readonly CancellationTokenRegistration _cancelled;
    private bool _committed;

    private OutputFile(Stream stream, string? partial, string? path, CancellationToken cancellation)
    {
        (Stream, _partial, _path) = (stream, partial, path);
        // Even a verb that waits in a read when the user ends it leaves nothing behind.
        if (partial is not null)
            _cancelled = cancellation.Register(() => Delete(partial));
    }

    /// <summary>Where to write.</summary>
    public Stream Stream { get; }

    /// <summary>Whether a path means standard output.</summary>
    public static bool IsStandard([NotNullWhen(false)] string? path) => path is null or "-" or "/dev/stdout";

    /// <summary>Opens the file, or standard output for null and "-".</summary>
    public static OutputFile Create(string? path, Terminal terminal)
    {
        if (IsStandard(path))
            return new OutputFile(new ResultStream(terminal.Output), null, null, default);
        var file = new FileInfo(path);
        if (Directory.Exists(path))
            throw new InputException($"{path}: is a folder; the output is a file.");
        if (!Directory.Exists(file.DirectoryName))
            throw new InputException($"{path}: its folder does not exist.");
        // An existing file without a length may be a device or a pipe, which must not be replaced by a file;
        // if it is an empty file, writing into it loses nothing.
        if (file.Exists && file.Length == 0)
            return new OutputFile(new FileStream(path, FileMode.Open, FileAccess.Write), null, null, default);
        if (file.LinkTarget is not null && file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target)
            file = target; // the link stays, what it leads to is replaced
        string partial = $"{file.FullName}.{Environment.ProcessId}.partial";
        File.Delete(partial); // a link that was put there, not what it leads to
        var stream = new FileStream(
            partial, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete, 1 << 16);
        if (file.Exists && !OperatingSystem.IsWindows())
            File.SetUnixFileMode(stream.SafeFileHandle, file.UnixFileMode);
        return new OutputFile(stream, partial, file.FullName, terminal.Cancellation);
    }

    /// <summary>Writes out everything and gives the file its name.</summary>
    public void Commit()
    {
        Stream.Flush();
        Stream.Dispose();
        _committed = true;
        if (_partial is null)
            return;
        _cancelled.Dispose();
        File.Move(_partial, _path!, overwrite: true);
    }

    public void Dispose()
    {
        if (_committed)
            return;
        _cancelled.Dispose();
        try
        {
            Stream.Dispose(); // sends the complete records that standard output's buffer still holds
        }
        catch (Exception problem) when (problem is IOException or BrokenPipeException)
        {
            // The failure that brought us here is the one to tell.
        }
        if (_partial is not null)
            Delete(_partial);
    }

    private static void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // Windows deletes no open file; Dispose, which comes after, does.
        }
    }
}
