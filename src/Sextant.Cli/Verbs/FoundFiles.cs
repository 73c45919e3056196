using Sextant.Cli.Inputs;
using Sextant.Indexes;
using Sextant.Passages;

namespace Sextant.Cli.Verbs;

/// <summary>The files that are searched, found and told apart by their bytes while a model is loaded.</summary>
internal sealed class FoundFiles
{
    private readonly Task<(string Path, string? Checksum)[]> _files;
    private readonly List<SkippedPath> _skipped = [];

    private FoundFiles(IReadOnlyList<string> paths, bool checksums, CancellationToken cancellation) =>
        _files = Task.Run(() => Find(paths, checksums, cancellation), cancellation);

    /// <summary>Begins to look.</summary>
    /// <param name="paths">Files and folders; standard input is none.</param>
    /// <param name="checksums">Whether the files' bytes are to be summed.</param>
    /// <param name="cancellation">Ends it.</param>
    public static FoundFiles Begin(
        IReadOnlyList<string> paths, bool checksums, CancellationToken cancellation) =>
        new(paths, checksums, cancellation);

    /// <summary>Waits for the files, in order; the sum is null where it was not asked for, or the file cannot be
    /// read.</summary>
    /// <exception cref="FileNotFoundException">A named path does not exist.</exception>
    public (string Path, string? Checksum)[] Wait(Action<SkippedPath> skipped)
    {
        (string Path, string? Checksum)[] files = _files.GetAwaiter().GetResult();
        _skipped.ForEach(skipped);
        return files;
    }

    private (string Path, string? Checksum)[] Find(
        IReadOnlyList<string> paths, bool checksums, CancellationToken cancellation) =>
        [
            .. TextFile.Find(paths.Where(path => !StandardInput.Is(path)), _skipped.Add).Select(path =>
            {
                cancellation.ThrowIfCancellationRequested();
                return (path, checksums ? ChecksumOf(path) : null);
            }),
        ];

    // What cannot be read is said when it is to be embedded.
    private static string? ChecksumOf(string path)
    {
        try
        {
            return FileFingerprint.Of(path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
