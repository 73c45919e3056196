namespace Sextant.Passages;

/// <summary>Finds the files of folders, always in the same order.</summary>
internal static class TextFiles
{
    private static readonly string[] BuildFolders = ["bin", "obj", "node_modules"];

    /// <summary>As <see cref="TextFile.Find"/>.</summary>
    public static IEnumerable<string> Find(IEnumerable<string> paths, Action<SkippedPath> skipped)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(skipped);
        return FindAll(paths, skipped);
    }

    private static IEnumerable<string> FindAll(IEnumerable<string> paths, Action<SkippedPath> skipped)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (string path in paths)
        {
            if (Directory.Exists(path))
            {
                foreach (string file in FilesOf(path, skipped))
                {
                    if (seen.Add(Path.GetFullPath(file)))
                        yield return file;
                }
            }
            else if (!File.Exists(path))
            {
                throw new FileNotFoundException($"{path}: there is no such file or folder.", path);
            }
            else if (seen.Add(Path.GetFullPath(path)))
            {
                yield return path;
            }
        }
    }

    // A stack of folders instead of recursion: depth is the file system's, not ours to trust.
    private static IEnumerable<string> FilesOf(string root, Action<SkippedPath> skipped)
    {
        var waiting = new Stack<(string Path, bool Folder)>();
        waiting.Push((root, true));
        while (waiting.TryPop(out (string Path, bool Folder) next))
        {
            if (!next.Folder)
            {
                yield return next.Path;
                continue;
            }
            foreach (FileSystemInfo entry in EntriesFromLast(next.Path, skipped))
            {
                string path = Path.Join(next.Path, entry.Name);
                if (Refusal(entry, out string detail) is { } reason)
                    skipped(new SkippedPath(path, reason, detail));
                else
                    waiting.Push((path, entry is DirectoryInfo));
            }
        }
    }

    private static FileSystemInfo[] EntriesFromLast(string folder, Action<SkippedPath> skipped)
    {
        try
        {
            FileSystemInfo[] entries = new DirectoryInfo(folder).GetFileSystemInfos();
            Array.Sort(entries, static (left, right) => string.CompareOrdinal(right.Name, left.Name));
            return entries;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            skipped(new SkippedPath(folder, SkipReason.Unreadable, problem.Message));
            return [];
        }
    }

    private static SkipReason? Refusal(FileSystemInfo entry, out string detail)
    {
        detail = "";
        try
        {
            FileAttributes attributes = entry.Attributes;
            if (entry.Name.StartsWith('.') || (attributes & FileAttributes.Hidden) != 0)
                return SkipReason.Hidden;
            // Not following links makes loops impossible, and no file is read twice under two names.
            if ((attributes & FileAttributes.ReparsePoint) != 0 && entry.LinkTarget is not null)
                return SkipReason.Link;
            if (entry is not FileInfo file)
                return BuildFolders.Contains(entry.Name, StringComparer.Ordinal) ? SkipReason.BuildFolder : null;
            // Pipes, sockets and devices have no length either, and opening one could wait for ever.
            return file.Length == 0 ? SkipReason.Empty : null;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            detail = problem.Message;
            return SkipReason.Unreadable;
        }
    }
}
