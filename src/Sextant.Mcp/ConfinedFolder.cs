namespace Sextant.Mcp;

/// <summary>A folder that clients may read below, and nothing else.</summary>
/// <remarks>
/// A path is taken name by name, and each name must be one that the folder before it lists, to the letter. So nothing
/// that a file system takes for another spelling leads anywhere: '..', another case, a short name, a stream, a dot at
/// the end. What is listed as a link or hidden is refused too. Whoever can write into the folder meanwhile is trusted.
/// </remarks>
internal sealed class ConfinedFolder
{
    private const int MaxPath = 4096;

    /// <param name="path">The folder; a link is followed here, since whoever starts the program names it.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public ConfinedFolder(string path)
    {
        var folder = new DirectoryInfo(Path.GetFullPath(path));
        if (!folder.Exists)
            throw new DirectoryNotFoundException($"{path}: there is no such folder.");
        Root = folder.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? folder.FullName;
    }

    /// <summary>The whole path of the folder.</summary>
    public string Root { get; }

    /// <summary>The whole path of a file or folder below.</summary>
    /// <param name="relative">Names with '/' between them, as <see cref="Relative"/> gives them.</param>
    /// <exception cref="McpToolException">It is not below the folder, is not there, is hidden, or a link.</exception>
    public string Resolve(string relative)
    {
        if (relative.Length is 0 or > MaxPath || relative.Contains('\0', StringComparison.Ordinal))
            throw Refused(relative);
        string path = Root;
        string[] names = relative.Split('/');
        for (int i = 0; i < names.Length; i++)
        {
            FileSystemInfo entry = Find(path, names[i]) ?? throw Refused(relative);
            bool isOther = entry.LinkTarget is not null || (entry.Attributes & FileAttributes.ReparsePoint) != 0;
            bool isHidden = names[i][0] == '.' || (entry.Attributes & FileAttributes.Hidden) != 0;
            if (isOther || isHidden || (i < names.Length - 1 && entry is not DirectoryInfo))
                throw Refused(relative);
            path = entry.FullName;
        }
        return path;
    }

    /// <summary>The path of a file below the folder, with '/' between its names.</summary>
    public string Relative(string path) =>
        Path.GetRelativePath(Root, path).Replace(Path.DirectorySeparatorChar, '/');

    private static FileSystemInfo? Find(string folder, string name)
    {
        if (name is "" or "." or "..")
            return null;
        try
        {
            var all = new EnumerationOptions { AttributesToSkip = 0, MatchType = MatchType.Simple };
            return new DirectoryInfo(folder).EnumerateFileSystemInfos("*", all)
                .FirstOrDefault(entry => entry.Name.Equals(name, StringComparison.Ordinal));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // One sentence for all: what is outside is not told apart from what is not there.
    private static McpToolException Refused(string relative) => new(
        $"'{(relative.Length > 200 ? relative[..200] + "…" : relative)}' is no file or folder that may be read here; a "
        + "path is relative to the source, with '/' between names, and follows no link");
}
