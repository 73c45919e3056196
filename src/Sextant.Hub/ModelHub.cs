using Sextant.Weights;

namespace Sextant.Hub;

/// <summary>Downloads models from Hugging Face's hub, or another server that answers as it does.</summary>
/// <remarks>
/// Downloads go into the hub's own cache, so that Python's programs use what was downloaded here, and the other way
/// round; <see cref="EmbeddingModel.Load(string, EmbeddingOptions?)"/> finds a model there by its name. Thread-safe,
/// and safe beside other processes.
/// </remarks>
public static class ModelHub
{
    /// <summary>
    /// Downloads what loading a model needs: safetensors, configs, the tokenizer, its card; no pickles and no exports.
    /// </summary>
    /// <param name="name">ORG/NAME or ORG/NAME@REVISION: a branch, a tag or a commit.</param>
    /// <param name="options">Where from and where to; null: as the environment says.</param>
    /// <param name="progress">Told how far it has come, from any thread.</param>
    /// <param name="cancellationToken">Ends the download; the next one goes on where it stopped.</param>
    /// <returns>The folder of the model.</returns>
    /// <exception cref="ArgumentException">This is no name of a model.</exception>
    /// <exception cref="HubException">The hub does not have it, or does not give it.</exception>
    /// <exception cref="IOException">The cache cannot be written.</exception>
    public static async Task<string> PullAsync(
        string name, HubOptions? options = null, IProgress<PullProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        if (!HubName.TryParse(name, out HubName parsed))
        {
            throw new ArgumentException(
                $"'{name}' is no name of a model; ORG/NAME or ORG/NAME@REVISION is needed.", nameof(name));
        }
        options ??= new HubOptions();
        string folder = HubCache.FolderOf(parsed, options.CacheFolder);
        if (options.IsOffline)
        {
            return HubCache.Find(parsed, options.CacheFolder) ?? throw new HubException(
                $"{name}: is not in {options.CacheFolder}, and HF_HUB_OFFLINE forbids to download it.");
        }
        using var connection = new HubConnection(options);
        HubListing listing = await HubListing.Get(connection, parsed, cancellationToken).ConfigureAwait(false);
        long total = listing.Files.Sum(file => file.Size), done = 0;
        string blobs = Path.Combine(folder, "blobs");
        string snapshot = Path.Combine(folder, "snapshots", listing.Commit);
        string locks = Path.Combine(options.CacheFolder, ".locks", Path.GetFileName(folder));
        Directory.CreateDirectory(blobs);
        foreach (HubFile file in listing.Files.OrderBy(file => file.Size))
        {
            void Received(long bytes) =>
                progress?.Report(new PullProgress(Interlocked.Add(ref done, bytes), total, file.Path));
            string lockPath = Path.Combine(locks, file.Blob + ".lock");
            using (await BlobLock.Take(lockPath, cancellationToken).ConfigureAwait(false))
            {
                string path = string.Join('/', file.Path.Split('/').Select(Uri.EscapeDataString));
                await new BlobDownload(connection, options, blobs, file).Run(
                    $"/{parsed.Repository}/resolve/{listing.Commit}/{path}", $"{name}: {file.Path}", Received,
                    cancellationToken).ConfigureAwait(false);
            }
            Link(Path.Combine(snapshot, file.Path), Path.Combine(blobs, file.Blob));
        }
        if (parsed.Revision != listing.Commit)
            WriteReference(Path.Combine(folder, "refs", parsed.Revision), listing.Commit);
        return snapshot;
    }

    // A relative link, as huggingface_hub makes it; a copy where the system has no links for everybody.
    private static void Link(string path, string blob)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (File.Exists(path))
            return;
        try
        {
            File.CreateSymbolicLink(path, Path.GetRelativePath(Path.GetDirectoryName(path)!, blob));
        }
        catch (IOException) when (File.Exists(path))
        {
            // another process was faster
        }
        catch (Exception problem) when (problem is UnauthorizedAccessException or IOException)
        {
            File.Copy(blob, path, overwrite: true);
        }
    }

    private static void WriteReference(string path, string commit)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        string partial = $"{path}.{Guid.NewGuid():N}";
        File.WriteAllText(partial, commit);
        File.Move(partial, path, overwrite: true);
    }
}
