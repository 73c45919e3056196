namespace Sextant.Indexes;

/// <summary>A segment as a commit has it.</summary>
/// <param name="Number">Number of its file.</param>
/// <param name="Length">Bytes of its file.</param>
/// <param name="Documents">Documents in it, deleted ones included.</param>
/// <param name="Rows">Vectors in it, those of deleted documents included.</param>
/// <param name="HeaderChecksum">The checksum in its header.</param>
/// <param name="Deletes">Number of the file that says which documents are deleted; 0: none is.</param>
/// <param name="DeletedDocuments">How many are deleted.</param>
/// <param name="DeletedRows">How many vectors these have.</param>
internal readonly record struct SegmentEntry(
    ulong Number, ulong Length, uint Documents, uint Rows, uint HeaderChecksum, ulong Deletes, uint DeletedDocuments,
    uint DeletedRows);

/// <summary>One commit: which files are the index.</summary>
/// <param name="Commit">Number of the commit; 0 for the empty index.</param>
/// <param name="NextFile">Number of the next file.</param>
/// <param name="DefinitionChecksum">Checksum of the definition's body.</param>
/// <param name="Segments">The segments, oldest first.</param>
/// <param name="Unfinished">What is still to come, in the writer's words; null: nothing.</param>
internal sealed record Manifest(
    ulong Commit, ulong NextFile, uint DefinitionChecksum, IReadOnlyList<SegmentEntry> Segments,
    string? Unfinished = null)
{
    private const int EntryBytes = 48;

    public byte[] ToBody()
    {
        var body = new ByteWriter();
        body.UInt64(Commit);
        body.UInt64(NextFile);
        body.UInt32(DefinitionChecksum);
        body.UInt32((uint)Segments.Count);
        foreach (SegmentEntry one in Segments)
        {
            body.UInt64(one.Number);
            body.UInt64(one.Length);
            body.UInt32(one.Documents);
            body.UInt32(one.Rows);
            body.UInt32(one.HeaderChecksum);
            body.UInt64(one.Deletes);
            body.UInt32(one.DeletedDocuments);
            body.UInt32(one.DeletedRows);
            body.UInt32(0);
        }
        if (Unfinished is not null)
            body.String(Unfinished);
        return body.Written.ToArray();
    }

    /// <summary>The file, of the version that every program reads where the index is whole.</summary>
    public byte[] ToFile() => FramedFile.Frame(
        IndexFormat.ManifestMagic, ToBody(),
        Unfinished is null ? IndexFormat.Version : IndexFormat.UnfinishedVersion);

    public static Manifest FromBody(string path, ReadOnlySpan<byte> bytes, uint version = IndexFormat.Version)
    {
        var body = new ByteReader(path, bytes);
        (ulong commit, ulong next, uint definition) = (body.UInt64(), body.UInt64(), body.UInt32());
        var segments = new SegmentEntry[body.Count(EntryBytes)];
        long rows = 0;
        for (int i = 0; i < segments.Length; i++)
        {
            var one = new SegmentEntry(
                body.UInt64(), body.UInt64(), body.UInt32(), body.UInt32(), body.UInt32(), body.UInt64(),
                body.UInt32(), body.UInt32());
            if (body.UInt32() != 0 || one.DeletedDocuments > one.Documents || one.DeletedRows > one.Rows)
                throw body.Wrong($"says of segment {one.Number} what cannot be.");
            rows += one.Rows + 64L;
            segments[i] = one;
        }
        string? unfinished = version == IndexFormat.UnfinishedVersion ? body.String() : null;
        body.End();
        RequireNumbers(body, commit, next, segments);
        if (rows > IndexFormat.MaxRows)
            throw body.Wrong($"counts {rows} vectors; at most {IndexFormat.MaxRows} are accepted.");
        return new Manifest(commit, next, definition, segments, unfinished);
    }

    // A next file with the name of a live one would replace it.
    private static void RequireNumbers(ByteReader body, ulong commit, ulong next, SegmentEntry[] segments)
    {
        if (commit >= IndexFormat.MaxNumber || next is 0 or >= IndexFormat.MaxNumber)
            throw body.Wrong($"says commit {commit} and next file {next}, which no index comes to.");
        var segmentNumbers = new HashSet<ulong>();
        var deletesNumbers = new HashSet<ulong>();
        foreach (SegmentEntry one in segments)
        {
            if (one.Number == 0 || one.Number >= next || one.Deletes >= next)
            {
                throw body.Wrong(
                    $"says that {next} is the next free number; it has segment {one.Number}, deletes {one.Deletes}.");
            }
            if (!segmentNumbers.Add(one.Number) || (one.Deletes != 0 && !deletesNumbers.Add(one.Deletes)))
                throw body.Wrong($"names segment {one.Number} or deletes {one.Deletes} twice.");
        }
    }

    public static Manifest Read(string folder)
    {
        string path = Path.Combine(folder, IndexFormat.ManifestName);
        byte[] body = FramedFile.Read(
            path, IndexFormat.ManifestMagic, "the manifest of an index", out uint version,
            IndexFormat.UnfinishedVersion);
        return FromBody(path, body, version);
    }
}
