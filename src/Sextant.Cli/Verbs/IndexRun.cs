using System.Diagnostics;
using System.Text;
using Sextant.Cli.Outputs;
using Sextant.Indexes;
using Sextant.Passages;

namespace Sextant.Cli.Verbs;

/// <summary>Brings files into an index: embeds what is new or changed, and commits as it goes.</summary>
internal sealed class IndexRun(
    EmbeddingModel model, IndexWriter writer, PassageReader reader, string prompt, List<IndexAttribute> attributes,
    Terminal terminal)
{
    /// <summary>The property of an index that names the encoding of texts without a byte order mark.</summary>
    public const string EncodingProperty = "text encoding";

    private const int BatchPassages = 1024;

    // What is lost when the work is ended: so many seconds of it.
    private static readonly TimeSpan CommitEvery = TimeSpan.FromSeconds(10);

    // A search reads segment after segment; a few cost nothing.
    private const int MaxSegments = 16;

    private readonly Encoding? _encoding =
        writer.Definition.Property(EncodingProperty) is { } name ? EncodingFlag.Named(name) : null;

    private readonly List<(IndexedFile File, List<Passage> Passages)> _waiting = [];
    private readonly Stopwatch _sinceCommit = Stopwatch.StartNew();
    private int _waitingPassages;

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
    public void All(
        IReadOnlyList<string> paths, Func<string, IReadOnlyList<IndexAttribute>?> before, IEnumerable<string> keys,
        SkippedSummary skipped)
    {
        var unreadable = new HashSet<string>(StringComparer.Ordinal);
        void Skip(SkippedPath path)
        {
            skipped.Add(path);
            if (path.Reason == SkipReason.Unreadable)
                unreadable.Add(Path.GetFullPath(path.Path));
        }
        List<string> files = [.. TextFiles.Find(paths, Skip)];
        var seen = new HashSet<string>(StringComparer.Ordinal);
        using (var progress = new ProgressLine(terminal, "files", files.Count))
        {
            foreach (string path in files)
            {
                terminal.Cancellation.ThrowIfCancellationRequested();
                string key = Path.GetFullPath(path);
                int waiting = _waiting.Count;
                if (One(path, key, before(key), Skip))
                    seen.Add(key);
                if (_waiting.Count == waiting)
                    progress.Advance(1);
                if (_waitingPassages >= BatchPassages)
                    Embed(progress);
            }
            Embed(progress);
        }
        string[] roots = [.. paths.Select(Path.GetFullPath)];
        foreach (string key in keys)
        {
            if (!seen.Contains(key) && IsGone(key, roots, unreadable))
                Deleted += writer.Delete(key) ? 1 : 0;
        }
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
    private bool One(string path, string key, IReadOnlyList<IndexAttribute>? before, Action<SkippedPath> skipped)
    {
        try
        {
            IndexedFile file = IndexedFile.Of(path, before);
            if (file.IsIn(before, attributes))
            {
                Unchanged++;
                return true;
            }
            using StreamReader? text = TextFile.Open(path, out SkippedPath reason, _encoding);
            if (text is null)
            {
                skipped(reason);
                return false;
            }
            file = file with { Path = key };
            using IEnumerator<Passage> passages = reader.Read(text, key).GetEnumerator();
            List<Passage> first = Next(passages);
            if (first.Count == BatchPassages)
            {
                Long(file, first, passages);
                return true;
            }
            _waiting.Add((file, first));
            _waitingPassages += first.Count;
            return true;
        }
        catch (Exception problem)
            when (problem is IOException or UnauthorizedAccessException or System.Text.DecoderFallbackException)
        {
            skipped(new SkippedPath(path, SkipReason.Unreadable, problem.Message));
            return false;
        }
    }

    // Some of a file's passages; fewer where it ends.
    private List<Passage> Next(IEnumerator<Passage> passages)
    {
        var next = new List<Passage>();
        while (next.Count < BatchPassages && passages.MoveNext())
        {
            terminal.Cancellation.ThrowIfCancellationRequested();
            next.Add(passages.Current);
        }
        return next;
    }

    // A file of many passages goes into the index as it is read.
    private void Long(IndexedFile file, List<Passage> first, IEnumerator<Passage> passages)
    {
        (int truncated, int written) = (0, 0);
        try
        {
            writer.Upsert(Parts());
        }
        catch (ArgumentException problem)
        {
            throw new IOException(problem.Message, problem); // too large, which concerns this file alone
        }
        Truncated += truncated;
        Passages += written;
        Embedded++;
        CommitSometimes();

        IEnumerable<IndexDocument> Parts()
        {
            for (List<Passage> some = first; some.Count > 0; some = Next(passages))
            {
                (float[] vectors, int cut) = Vectors([.. some.Select(one => one.Text)]);
                IndexDocument part = Document(file, some, vectors);
                yield return written == 0 ? part : part with { Attributes = [] };
                truncated += cut;
                written += some.Count;
            }
        }
    }

    private (float[] Vectors, int Truncated) Vectors(string[] texts)
    {
        float[] vectors = new float[checked(texts.Length * model.Dimensions)];
        var reports = new TextReport[texts.Length];
        model.Embed(texts, Prompt.Text(prompt), vectors, reports, null, terminal.Cancellation);
        Array.ForEach(reports, Unknown.Add);
        return (vectors, reports.Count(one => one.Truncated > 0));
    }

    private IndexDocument Document(IndexedFile file, List<Passage> passages, ReadOnlyMemory<float> vectors) => new()
    {
        Key = file.Path,
        Vectors = vectors,
        Payloads = [.. passages.Select(one => (ReadOnlyMemory<byte>)StoredPassage.Write(one))],
        Terms = writer.Definition.KeepsTerms ? [.. passages.Select(passage => Analyzer.Terms(passage.Text))] : [],
        Attributes = file.Attributes(attributes),
    };


    private void Embed(ProgressLine progress)
    {
        if (_waiting.Count == 0)
            return;
        string[] texts = [.. _waiting.SelectMany(one => one.Passages).Select(one => one.Text)];
        (float[] vectors, int truncated) = Vectors(texts);
        int first = 0;
        foreach ((IndexedFile file, List<Passage> passages) in _waiting)
        {
            int values = passages.Count * model.Dimensions;
            writer.Upsert(Document(file, passages, vectors.AsMemory(first, values)));
            first += values;
        }
        Truncated += truncated;
        Embedded += _waiting.Count;
        Passages += texts.Length;
        progress.Advance(_waiting.Count);
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
