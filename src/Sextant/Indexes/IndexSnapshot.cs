using Sextant.Codes;
using Sextant.Search;

namespace Sextant.Indexes;

/// <summary>
/// One commit of an index, opened or in memory: its segments, and which of their documents are deleted.
/// </summary>
internal sealed class IndexSnapshot : IDisposable
{
    private const int MaxAttempts = 100;

    private readonly long _definitionBytes; // 0: in memory

    private IndexSnapshot(IndexDefinition definition, Manifest manifest, long definitionBytes)
    {
        (Definition, Manifest, _definitionBytes) = (definition, manifest, definitionBytes);
        Codes = new CodeEncoder(definition);
        Vectors = definition.Rescore is { } code ? Codec(definition, code) : null;
    }

    private IndexSnapshot(
        IndexSnapshot index, Manifest manifest, IEnumerable<Segment> segments, IEnumerable<DocumentSet?> deleted)
    {
        (Definition, Codes, Vectors) = (index.Definition, index.Codes, index.Vectors);
        (Manifest, _definitionBytes) = (manifest, index._definitionBytes);
        foreach (Segment one in segments)
            Segments.Add(one.Share());
        Deleted.AddRange(deleted);
    }

    public IndexDefinition Definition { get; }

    public Manifest Manifest { get; }

    /// <summary>What is scanned.</summary>
    public CodeEncoder Codes { get; }

    /// <summary>What the best of the scan are scored with; null: nothing.</summary>
    public RowCodec? Vectors { get; }

    public List<Segment> Segments { get; } = [];

    /// <summary>Whether nothing of it is in a file.</summary>
    public bool IsInMemory => _definitionBytes == 0;

    /// <summary>Bytes of the files of definition, manifest and deletes.</summary>
    public long FrameBytes => IsInMemory ? 0
        : _definitionBytes + (2 * IndexFormat.FrameBytes) + Manifest.ToBody().Length
            + Deleted.Sum(one => one is null ? 0L : IndexFormat.FrameBytes + one.ToBody().Length);

    /// <summary>For each segment: the deleted documents; null: none.</summary>
    public List<DocumentSet?> Deleted { get; } = [];

    /// <summary>An index in memory without documents.</summary>
    public static IndexSnapshot Empty(IndexDefinition definition) =>
        new(definition, new Manifest(0, 1, 0, []), definitionBytes: 0);

    /// <summary>Another commit of this index, with segments of its own; both are disposed.</summary>
    public IndexSnapshot With(Manifest manifest, IReadOnlyCollection<WrittenSegment> segments) =>
        new(this, manifest, segments.Select(one => one.Segment), segments.Select(one => one.Deleted));

    /// <summary>The same commit once more; both are disposed.</summary>
    public IndexSnapshot Share() => new(this, Manifest, Segments, Deleted);

    /// <summary>Refuses a folder that is not there, or is none of an index; leaves it as it is.</summary>
    public static void RequireIndex(string folder)
    {
        if (!Directory.Exists(folder))
            throw new InvalidIndexException(folder, "there is no such index.");
        if (!File.Exists(Path.Combine(folder, IndexFormat.DefinitionName)))
            throw new InvalidIndexException(folder, $"is no index: it has no file '{IndexFormat.DefinitionName}'.");
    }

    /// <summary>Opens the last commit, also while a writer makes the next ones.</summary>
    public static IndexSnapshot Open(string folder)
    {
        RequireIndex(folder);
        byte[] body = FramedFile.Read(
            Path.Combine(folder, IndexFormat.DefinitionName), IndexFormat.DefinitionMagic,
            "the definition of an index");
        var definition = DefinitionBody.Read(Path.Combine(folder, IndexFormat.DefinitionName), body);
        Manifest manifest = Manifest.Read(folder);
        for (int attempt = 1; ; attempt++)
        {
            if (manifest.DefinitionChecksum != Checksum.Of(body))
            {
                throw new InvalidIndexException(
                    Path.Combine(folder, IndexFormat.DefinitionName),
                    "is not the one that the manifest was written with.");
            }
            var snapshot = new IndexSnapshot(definition, manifest, body.Length);
            try
            {
                snapshot.OpenSegments(folder);
                return snapshot;
            }
            catch (InvalidIndexException) when (attempt < MaxAttempts)
            {
                snapshot.Dispose();
                // A writer has committed since, and may have removed files that only this commit needed.
                Manifest newer = Manifest.Read(folder);
                if (newer.Commit == manifest.Commit)
                    throw;
                manifest = newer;
            }
            catch
            {
                snapshot.Dispose();
                throw;
            }
        }
    }

    public void Dispose()
    {
        foreach (Segment segment in Segments)
            segment.Dispose();
    }

    private void OpenSegments(string folder)
    {
        foreach (SegmentEntry entry in Manifest.Segments)
        {
            Segments.Add(Segment.Open(folder, entry, this));
            Deleted.Add(entry.Deletes == 0 ? NoneDeleted(folder, entry) : ReadDeleted(folder, entry));
        }
    }

    private static RowCodec Codec(IndexDefinition definition, VectorCode code) =>
        new(code, definition.Metric, definition.Dimensions, code == VectorCode.Int8 ? definition.Ranges : null);

    private static DocumentSet? NoneDeleted(string folder, SegmentEntry entry) =>
        entry is { DeletedDocuments: 0, DeletedRows: 0 }
            ? null
            : throw new InvalidIndexException(
                Path.Combine(folder, IndexFormat.ManifestName),
                FormattableString.Invariant($"counts deleted documents in segment {entry.Number} and names none."));

    private static DocumentSet ReadDeleted(string folder, SegmentEntry entry)
    {
        string path = Path.Combine(folder, IndexFormat.DeletesName(entry.Deletes));
        byte[] body = FramedFile.Read(path, IndexFormat.DeletesMagic, "the deletions of an index");
        return DocumentSet.FromBody(path, body, (int)entry.Documents, entry.DeletedDocuments);
    }
}
