using Sextant.Codes;
using Sextant.Search;

namespace Sextant.Indexes;

/// <summary>One commit of an index, opened: its segments, and which of their documents are deleted.</summary>
internal sealed class IndexSnapshot : IDisposable
{
    private const int MaxAttempts = 100;

    private IndexSnapshot(string folder, IndexDefinition definition, Manifest manifest, long definitionBytes)
    {
        (Definition, Manifest) = (definition, manifest);
        FrameBytes = definitionBytes + (2 * IndexFormat.FrameBytes) + manifest.ToBody().Length;
        Codes = new CodeEncoder(definition);
        Vectors = definition.Rescore is { } code ? Codec(definition, code) : null;
        try
        {
            foreach (SegmentEntry entry in manifest.Segments)
            {
                Segments.Add(Segment.Open(folder, entry, definition, Codes.Layout, Vectors?.RowBytes));
                Deleted.Add(entry.Deletes == 0 ? NoneDeleted(folder, entry) : ReadDeleted(folder, entry));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public IndexDefinition Definition { get; }

    public Manifest Manifest { get; }

    /// <summary>What is scanned.</summary>
    public CodeEncoder Codes { get; }

    /// <summary>What the best of the scan are scored with; null: nothing.</summary>
    public RowCodec? Vectors { get; }

    public List<Segment> Segments { get; } = [];

    /// <summary>Bytes of definition, manifest and deletes.</summary>
    public long FrameBytes { get; private set; }

    /// <summary>For each segment: the deleted documents; null: none.</summary>
    public List<DocumentSet?> Deleted { get; } = [];

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
            try
            {
                return new IndexSnapshot(folder, definition, manifest, body.Length);
            }
            catch (InvalidIndexException) when (attempt < MaxAttempts)
            {
                // A writer has committed since, and may have removed files that only this commit needed.
                Manifest newer = Manifest.Read(folder);
                if (newer.Commit == manifest.Commit)
                    throw;
                manifest = newer;
            }
        }
    }

    public void Dispose()
    {
        foreach (Segment segment in Segments)
            segment.Dispose();
    }

    private static RowCodec Codec(IndexDefinition definition, VectorCode code) =>
        new(code, definition.Metric, definition.Dimensions, code == VectorCode.Int8 ? definition.Ranges : null);

    private static DocumentSet? NoneDeleted(string folder, SegmentEntry entry) =>
        entry is { DeletedDocuments: 0, DeletedRows: 0 }
            ? null
            : throw new InvalidIndexException(
                Path.Combine(folder, IndexFormat.ManifestName),
                FormattableString.Invariant($"counts deleted documents in segment {entry.Number} and names none."));

    private DocumentSet ReadDeleted(string folder, SegmentEntry entry)
    {
        string path = Path.Combine(folder, IndexFormat.DeletesName(entry.Deletes));
        byte[] body = FramedFile.Read(path, IndexFormat.DeletesMagic, "the deletions of an index");
        FrameBytes += IndexFormat.FrameBytes + body.Length;
        return DocumentSet.FromBody(path, body, (int)entry.Documents, entry.DeletedDocuments);
    }
}
