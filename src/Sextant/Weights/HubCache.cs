namespace Sextant.Weights;

/// <summary>The cache that Hugging Face's own programs keep downloaded models in, as far as it is read.</summary>
/// <remarks>
/// <c>models--ORG--NAME/refs/REVISION</c> holds the commit that a branch or tag means,
/// <c>snapshots/COMMIT</c> the files of a commit, as links into <c>blobs</c>. Where the cache is, huggingface_hub's
/// documentation says ("Manage the cache", "Environment variables").
/// </remarks>
internal static class HubCache
{
    /// <summary>The folder of the cache, which need not exist.</summary>
    public static string Folder
    {
        get
        {
            if (Variable("HF_HUB_CACHE") is { } cache)
                return cache;
            if (Variable("HF_HOME") is { } home)
                return Path.Combine(home, "hub");
            string caches = Variable("XDG_CACHE_HOME")
                ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
            return Path.Combine(caches, "huggingface", "hub");
        }
    }

    /// <summary>The folder of a model in the cache: with blobs, refs and snapshots.</summary>
    public static string FolderOf(HubName name) =>
        Path.Combine(Folder, $"models--{name.Repository.Replace("/", "--", StringComparison.Ordinal)}");

    /// <summary>The files of a model as they were at its revision; null where the cache has none.</summary>
    public static string? Find(HubName name)
    {
        string folder = FolderOf(name);
        string reference = Path.Combine(folder, "refs", name.Revision);
        string commit = name.Revision;
        try
        {
            if (File.Exists(reference))
                commit = File.ReadAllText(reference).Trim();
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new InvalidModelException(reference, $"cannot be read: {problem.Message}", problem);
        }
        string snapshot = Path.Combine(folder, "snapshots", commit);
        return HubName.IsRevision(commit) && Directory.Exists(snapshot) ? snapshot : null;
    }

    /// <summary>
    /// A folder as it is; a name as the hub has them, ORG/NAME or ORG/NAME@REVISION, as its folder in the cache.
    /// </summary>
    /// <exception cref="InvalidModelException">It is such a name, but neither a folder nor in the cache.</exception>
    public static string Resolve(string path)
    {
        if (Directory.Exists(path) || !HubName.TryParse(path, out HubName name))
            return path;
        return Find(name) ?? throw new InvalidModelException(
            path,
            $"is no folder, and the cache of the hub ({Folder}) has no such model; 'sextant pull {path}' downloads it.");
    }

    private static string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
