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
    public static string FolderOf(HubName name, string cache) =>
        Path.Combine(cache, $"models--{name.Repository.Replace("/", "--", StringComparison.Ordinal)}");

    /// <summary>The files of a model as they were at its revision; null where the cache has none.</summary>
    public static string? Find(HubName name, string cache)
    {
        string folder = FolderOf(name, cache);
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

    /// <summary>The models in the cache, each with what its branches and tags mean; by name.</summary>
    public static IEnumerable<(HubName Name, string Folder)> All()
    {
        if (!Directory.Exists(Folder))
            yield break;
        foreach (string model in Directory.EnumerateDirectories(Folder, "models--*").Order(StringComparer.Ordinal))
        {
            string repository = Path.GetFileName(model)["models--".Length..].Replace("--", "/", StringComparison.Ordinal);
            string refs = Path.Combine(model, "refs"), snapshots = Path.Combine(model, "snapshots");
            IEnumerable<string> revisions = Directory.Exists(refs)
                ? Directory.EnumerateFiles(refs, "*", SearchOption.AllDirectories)
                    .Select(file => Path.GetRelativePath(refs, file).Replace('\\', '/')).Order(StringComparer.Ordinal)
                : Directory.Exists(snapshots) ? Directory.EnumerateDirectories(snapshots).Select(one => Path.GetFileName(one))
                : [];
            foreach (string revision in revisions)
            {
                if (HubName.TryParse($"{repository}@{revision}", out HubName name) && Find(name, Folder) is { } folder)
                    yield return (name, folder);
            }
        }
    }

    /// <summary>
    /// A folder as it is; a name as the hub has them, ORG/NAME or ORG/NAME@REVISION, as its folder in the cache.
    /// </summary>
    /// <exception cref="InvalidModelException">It is such a name, but neither a folder nor in the cache.</exception>
    public static string Resolve(string path)
    {
        if (Directory.Exists(path) || !HubName.TryParse(path, out HubName name))
            return path;
        return Find(name, Folder) ?? throw new InvalidModelException(
            path,
            $"is no folder, and the cache of the hub ({Folder}) has no such model; 'sextant pull {path}' downloads "
                + "it.");
    }

    private static string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
