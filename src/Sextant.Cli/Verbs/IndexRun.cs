using System.Diagnostics;
using System.Text;
using Sextant.Cli.Outputs;
using Sextant.Documents;
using Sextant.Indexes;
using Sextant.Passages;

namespace Sextant.Cli.Verbs;

/// <summary>Brings files into an index: embeds what is new or changed, and commits as it goes.</summary>
internal sealed class IndexRun(
    EmbeddingModel model, VectorIndex writer, PassageReader reader, string prompt, List<IndexAttribute> attributes,
    Terminal terminal)
{
    /// <summary>The property of an index that names the encoding of texts without a byte order mark.</summary>
    public const string EncodingProperty = "text encoding";

    // Passages are embedded so many at a time as take some seconds: what is done is committed soon, and what is lost
    // when the work is ended is little.
    private const int MinBatch = 16, MaxBatch = 1024;
    private const double BatchSeconds = 5;
    private static readonly TimeSpan CommitEvery = TimeSpan.FromSeconds(10);

    // A search reads segment after segment; a few cost nothing.
    private const int MaxSegments = 16;

    private readonly Encoding? _encoding =
        writer.Definition.Property(EncodingProperty) is { } name ? EncodingFlag.Named(name) : null;

    private readonly List<(IndexedFile File, List<Passage> Passages)> _waiting = [];
    private readonly Stopwatch _sinceCommit = Stopwatch.StartNew();
    private int _waitingPassages;
    private int _batch = 64;

    /// <summary>What takes passages apart into the terms of the index.</summary>
    public required TermAnalyzer Analyzer { get; init; }

    public int Embedded { get; private set; }

    public int Unchanged { get; private set; }

    public int Deleted { get; private set; }

    public int Passages { get; private set; }

    public int Truncated { get; private set; }

    /// <summary>Passages of which the model knows little.</summary>
    public UnknownCount Unknown { get; } = new("passages");

    /// <summary>Embeds and writes all files that changed; deletes those that are no longer there.</summary>
    /// <param name="paths">Files and folders.</param>
    /// <param name="before">The index before.</param>
    /// <param name="skipped">Told what is left out.</param>
    public void All(IReadOnlyList<string> paths, IndexReader before, SkippedSummary skipped)
    {
        string[] roots = [.. paths.Select(Path.GetFullPath)];
        // What earlier runs left undone stays so, where this one does not come to it.
        string[] others = [.. (writer.Unfinished?.Split('\n') ?? []).Where(
            path => !roots.Any(root => IsUnder(path, root)))];
        writer.Unfinished = string.Join('\n', (string[])[.. others, .. roots]);
        if (writer.Commits == 0)
            writer.Commit();
        var unreadable = new HashSet<string>(StringComparer.Ordinal);
        void Skip(SkippedPath path)
        {
            skipped.Add(path);
            if (path.Reason == SkipReason.Unreadable)
                unreadable.Add(Path.GetFullPath(path.Path));
        }
        List<string> files = [.. TextFile.Find(paths, Skip)];
        var seen = new HashSet<string>(StringComparer.Ordinal);
        using (var progress = new IndexProgress(terminal, files))
        {
            foreach (string path in files)
            {
                terminal.Cancellation.ThrowIfCancellationRequested();
                string key = Path.GetFullPath(path);
                if (One(path, key, before, progress, Skip))
                    seen.Add(key);
                if (_waitingPassages >= _batch)
                    Embed(progress);
            }
            Embed(progress);
        }
        foreach (string key in before.Keys())
        {
            string path = IndexedFile.PathOf(key);
            if (!seen.Contains(path) && IsGone(path, roots, unreadable) && writer.Delete(key) && key == path)
                Deleted++;
        }
        writer.Unfinished = others.Length == 0 ? null : string.Join('\n', others);
        writer.Commit();
        if (writer.Segments > MaxSegments)
            writer.Compact();
    }

    /// <summary>
    /// Whether a file that was not met has gone: it would have been under a path that was looked at, and under none
    /// that could not be read. Of a folder that cannot be read now, nobody knows what is in it.
    /// </summary>
    internal static bool IsGone(string key, IEnumerable<string> roots, IEnumerable<string> unreadable) =>
        roots.Any(root => IsUnder(key, root)) && !unreadable.Any(path => IsUnder(key, path));

    private static bool IsUnder(string key, string root) =>
        key == root || key.StartsWith(
            root.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    // Says whether the file is text, and so stays in the index or comes into it.
    private bool One(
        string path, string key, IndexReader before, IndexProgress progress, Action<SkippedPath> skipped)
    {
        try
        {
            IndexedFile file = IndexedFile.Of(path, before.AttributesOf(key));
            (bool isWhole, int parts, int done) = Kept(file, key, before);
            if (isWhole)
            {
                Unchanged++;
                progress.Skip(file.Size);
                return true;
            }
            using DocumentText? text = DocumentText.Open(path, out SkippedPath reason, _encoding);
            if (text is null)
            {
                skipped(reason);
                progress.Skip(file.Size);
                return false;
            }
            file = file with { Path = key };
            using IEnumerator<Passage> passages = text.Passages(reader, key).GetEnumerator();
            for (int i = 0; i < done && passages.MoveNext(); i++)
                terminal.Cancellation.ThrowIfCancellationRequested();
            List<Passage> first = Next(passages);
            if (first.Count == _batch || parts > 0)
            {
                Long(file, parts, first, passages, text, progress);
                return true;
            }
            _waiting.Add((file, first));
            _waitingPassages += first.Count;
            return true;
        }
        catch (Exception problem)
            when (problem is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            skipped(new SkippedPath(path, SkipReason.Unreadable, problem.Message));
            return false;
        }
    }

    // What the index has of this very file: all of it, or so many parts with so many passages.
    private (bool IsWhole, int Parts, int Passages) Kept(IndexedFile file, string key, IndexReader before)
    {
        (int parts, int passages) = (0, 0);
        while (before.AttributesOf(IndexedFile.Key(key, parts)) is { } found && file.IsIn(found, attributes))
        {
            passages += before.IdsOf(IndexedFile.Key(key, parts)).Count;
            parts++;
            if (!found.Any(one => one.Name == IndexedFile.ContinuesName))
                return (true, parts, passages);
        }
        return (false, parts, passages);
    }

    // Some of a file's passages, after those that were read already; fewer where it ends.
    private List<Passage> Next(IEnumerator<Passage> passages, params List<Passage> next)
    {
        while (next.Count < _batch && passages.MoveNext())
        {
            terminal.Cancellation.ThrowIfCancellationRequested();
            next.Add(passages.Current);
        }
        return next;
    }

    // A file of many passages goes into the index in parts, as it is read: each may be in another commit.
    private void Long(
        IndexedFile file, int part, List<Passage> some, IEnumerator<Passage> passages, DocumentText text,
        IndexProgress progress)
    {
        DeleteParts(file.Path, part);
        long position = text.BytesRead;
        progress.Skip(part == 0 ? 0 : position);
        for (; ; part++)
        {
            (float[] vectors, int truncated) = Vectors([.. some.Select(one => one.Text)], progress);
            bool isContinued = passages.MoveNext();
            writer.Upsert(Document(file, part, isContinued, some, vectors));
            Truncated += truncated;
            Passages += some.Count;
            progress.Add(part == 0 ? text.BytesRead : text.BytesRead - position, some.Count);
            position = text.BytesRead;
            if (!isContinued)
                break;
            CommitSometimes();
            some = Next(passages, passages.Current);
        }
        Embedded++;
        CommitSometimes();
    }

    // Parts of what a file was before.
    private void DeleteParts(string path, int part)
    {
        while (writer.Delete(IndexedFile.Key(path, part)))
            part++;
    }

    private (float[] Vectors, int Truncated) Vectors(string[] texts, IndexProgress progress)
    {
        var clock = Stopwatch.StartNew();
        float[] vectors = new float[checked(texts.Length * model.Dimensions)];
        var reports = new TextReport[texts.Length];
        model.Embed(texts, Prompt.Text(prompt), vectors, reports, progress, terminal.Cancellation);
        _batch = (int)Math.Clamp(texts.Length / clock.Elapsed.TotalSeconds * BatchSeconds, MinBatch, MaxBatch);
        Array.ForEach(reports, Unknown.Add);
        return (vectors, reports.Count(one => one.Truncated > 0));
    }

    private IndexDocument Document(
        IndexedFile file, int part, bool isContinued, List<Passage> passages, ReadOnlyMemory<float> vectors)
    {
        List<IndexAttribute> given = file.Attributes(attributes);
        if (isContinued)
            given.Add(new IndexAttribute(IndexedFile.ContinuesName, 1));
        return new IndexDocument
        {
            Key = IndexedFile.Key(file.Path, part),
            Vectors = vectors,
            Payloads = [.. passages.Select(one => (ReadOnlyMemory<byte>)StoredPassage.Write(one))],
            Terms = writer.Definition.KeepsTerms ? [.. passages.Select(passage => Analyzer.Terms(passage.Text))] : [],
            Attributes = given,
        };
    }

    private void Embed(IndexProgress progress)
    {
        if (_waiting.Count == 0)
            return;
        string[] texts = [.. _waiting.SelectMany(one => one.Passages).Select(one => one.Text)];
        (float[] vectors, int truncated) = Vectors(texts, progress);
        int first = 0;
        foreach ((IndexedFile file, List<Passage> passages) in _waiting)
        {
            int values = passages.Count * model.Dimensions;
            DeleteParts(file.Path, 1);
            writer.Upsert(Document(file, 0, isContinued: false, passages, vectors.AsMemory(first, values)));
            first += values;
            progress.Add(file.Size, passages.Count);
        }
        Truncated += truncated;
        Embedded += _waiting.Count;
        Passages += texts.Length;
        _waiting.Clear();
        _waitingPassages = 0;
        CommitSometimes();
    }

    private void CommitSometimes()
    {
        if (_sinceCommit.Elapsed > CommitEvery)
        {
            writer.Commit();
            _sinceCommit.Restart();
        }
    }
}
