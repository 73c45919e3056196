namespace Sextant.Indexes;

/// <summary>The steps by which a folder goes from one commit to the next (FORMAT.md, "Commits").</summary>
internal static class CommitFiles
{
    /// <summary>Makes an empty or new folder an index without documents, and keeps other writers out of it.</summary>
    /// <exception cref="InvalidIndexException">
    /// There is an index, or something else, or the folder cannot be written.
    /// </exception>
    public static WriterLock Begin(IndexFolder folder, IndexDefinition definition)
    {
        WriterLock? writing = null;
        try
        {
            folder.Make();
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
            writing = WriterLock.Take(folder);
            byte[] body = DefinitionBody.Write(definition);
            folder.WriteNew(IndexFormat.DefinitionName, FramedFile.Frame(IndexFormat.DefinitionMagic, body));
            Prepare(folder, new Manifest(0, 1, Checksum.Of(body), []));
            Publish(folder, writing);
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

    /// <summary>Writes a manifest beside the folder's own.</summary>
    public static void Prepare(IndexFolder folder, Manifest manifest)
    {
        folder.SyncNames(); // the files that the manifest names are there before it is
        folder.WriteNew(IndexFormat.NewManifestName, manifest.ToFile());
    }

    /// <summary>
    /// Makes the manifest that was prepared the folder's, in one step for all who look. Where this fails, the folder
    /// may have the old one or the new one.
    /// </summary>
    public static void Publish(IndexFolder folder, WriterLock writing)
    {
        writing.Require();
        folder.Replace(IndexFormat.NewManifestName, IndexFormat.ManifestName);
        folder.SyncNames();
    }

    /// <summary>
    /// Deletes what no commit needs: files of commits before, and of a writer that did not come to its end. Files that
    /// only look like an index's are not touched.
    /// </summary>
    public static void DeleteUnused(IndexFolder folder, IEnumerable<SegmentEntry> segments)
    {
        foreach (string name in Unused(folder, segments))
            folder.Delete(name);
    }

    /// <summary>
    /// The same when an index is opened. The commit that is seen may be that of a writer which ended before its name
    /// was on the disk: until it is, the commit before is needed.
    /// </summary>
    public static void DeleteLeftOvers(IndexFolder folder, IEnumerable<SegmentEntry> segments)
    {
        string[] unused = Unused(folder, segments);
        if (unused.Length > 0)
            folder.SyncNames();
        foreach (string name in unused)
            folder.Delete(name);
    }

    private static string[] Unused(IndexFolder folder, IEnumerable<SegmentEntry> segments)
    {
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (SegmentEntry one in segments)
        {
            used.Add(IndexFormat.SegmentName(one.Number));
            used.Add(IndexFormat.DeletesName(one.Deletes));
        }
        return [.. Directory.EnumerateFiles(folder.Path).Select(path => Path.GetFileName(path)).Where(
            name => IndexFormat.IsOwnedByCommits(name) && !used.Contains(name))];
    }
}
