namespace Sextant.Indexes;

/// <summary>The steps by which a folder goes from one commit to the next (FORMAT.md, "Commits").</summary>
internal static class CommitFiles
{
    /// <summary>Keeps other writers out until what is returned is disposed.</summary>
    public static FileStream Lock(IndexFolder folder)
    {
        try
        {
            return new FileStream(
                folder.File(IndexFormat.LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new InvalidIndexException(
                folder.Path, $"cannot be opened for writing; another writer may have it: {problem.Message}", problem);
        }
    }

    /// <summary>Makes an empty or new folder an index without documents, and keeps other writers out of it.</summary>
    /// <exception cref="InvalidIndexException">
    /// There is an index, or something else, or the folder cannot be written.
    /// </exception>
    public static FileStream Begin(IndexFolder folder, IndexDefinition definition)
    {
        FileStream? writing = null;
        try
        {
            Directory.CreateDirectory(folder.Path);
            if (File.Exists(folder.File(IndexFormat.ManifestName)))
                throw new InvalidIndexException(folder.Path, "there is an index already.");
            // What a creation that did not come to its end leaves is no one's; anything else is.
            string[] own = [IndexFormat.DefinitionName, IndexFormat.LockName, IndexFormat.NewManifestName];
            if (Directory.EnumerateFileSystemEntries(folder.Path).FirstOrDefault(
                one => !own.Contains(Path.GetFileName(one))) is { } other)
            {
                throw new InvalidIndexException(
                    folder.Path,
                    $"is a folder with other files ({Path.GetFileName(other)}); an empty or new one is needed.");
            }
            writing = Lock(folder);
            byte[] body = DefinitionBody.Write(definition);
            folder.WriteWhole(IndexFormat.DefinitionName, FramedFile.Frame(IndexFormat.DefinitionMagic, body));
            Publish(folder, new Manifest(0, 1, Checksum.Of(body), []));
            return writing;
        }
        catch (Exception problem)
        {
            writing?.Dispose();
            if (problem is IOException or UnauthorizedAccessException)
                throw new InvalidIndexException(folder.Path, $"cannot be written: {problem.Message}", problem);
            throw;
        }
    }

    /// <summary>Makes a manifest the folder's, in one step for all who look.</summary>
    public static void Publish(IndexFolder folder, Manifest manifest)
    {
        folder.SyncNames(); // the files that the manifest names are there before it is
        folder.WriteWhole(
            IndexFormat.NewManifestName, FramedFile.Frame(IndexFormat.ManifestMagic, manifest.ToBody()));
        folder.Replace(IndexFormat.NewManifestName, IndexFormat.ManifestName);
        folder.SyncNames();
    }

    /// <summary>
    /// Deletes what no commit needs: files of commits before, and of a writer that did not come to its end.
    /// </summary>
    public static void DeleteUnused(IndexFolder folder, IEnumerable<SegmentEntry> segments)
    {
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (SegmentEntry one in segments)
        {
            used.Add(IndexFormat.SegmentName(one.Number));
            used.Add(IndexFormat.DeletesName(one.Deletes));
        }
        foreach (string path in Directory.EnumerateFiles(folder.Path))
        {
            string name = Path.GetFileName(path);
            bool isOurs = name == IndexFormat.NewManifestName || name.StartsWith("segment-", StringComparison.Ordinal)
                || name.StartsWith("deletes-", StringComparison.Ordinal);
            if (isOurs && !used.Contains(name))
                folder.Delete(name);
        }
    }
}
