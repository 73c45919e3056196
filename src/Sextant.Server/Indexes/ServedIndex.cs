using Sextant.Indexes;
using Sextant.Passages;
using Sextant.Search;
using Sextant.Server.Models;

namespace Sextant.Server.Indexes;

/// <summary>How an index is searched.</summary>
/// <param name="Terms">The words of the query; null: vectors alone rank.</param>
/// <param name="Vector">The query's vector; null: words alone rank.</param>
/// <param name="Most">Most hits.</param>
/// <param name="Filter">Conditions on attributes.</param>
/// <param name="MinScore">Least similarity.</param>
/// <param name="Oversampling">Candidates for each hit of a scan of small codes.</param>
/// <param name="Probes">Lists to read; 0: all codes.</param>
internal sealed record IndexQuery(
    IReadOnlyList<string>? Terms, float[]? Vector, int Most, IReadOnlyList<string> Filter, float MinScore,
    int Oversampling, int Probes);

/// <summary>A passage that was found.</summary>
internal sealed record IndexHit(
    string Key, int Number, Passage Passage, float Score, float? Similarity, float? Terms,
    IReadOnlyList<IndexAttribute> Attributes);

/// <summary>An index that is searched and changed, and the model that made it.</summary>
/// <remarks>Thread-safe. A search sees one commit; the next one sees what was committed meanwhile, by whoever.</remarks>
internal sealed class ServedIndex : IAsyncDisposable
{
    private readonly string _path;
    private readonly float _weight;
    private readonly TermAnalyzer _analyzer;
    private readonly IndexChanges _changes;
    private readonly Lock _lock = new();
    private SharedReader _reader;
    private DateTime _seen;

    /// <param name="name">As --index names it.</param>
    /// <param name="path">Its folder.</param>
    /// <param name="model">The model that made it.</param>
    public ServedIndex(string name, string path, ServedEmbedder model)
    {
        (Name, _path, Model) = (name, path, model);
        _weight = HybridWeight.Of(model.Model);
        _seen = Written();
        _reader = new SharedReader(IndexReader.Open(path), _weight);
        IndexDefinition definition = _reader.Reader.Definition;
        _analyzer = TermAnalyzer.Named(definition.Property("terms") ?? TermAnalyzer.Words.Name)
            ?? throw new InvalidIndexException(path, $"has terms made by '{definition.Property("terms")}'; this "
                + $"program knows {string.Join(", ", TermAnalyzer.Names)}.");
        Cutting = PassageCutting.Of(definition, model.Model);
        QueryPrompt = Prompt.Text(definition.Property("query prompt") ?? "");
        DocumentPrompt = Prompt.Text(definition.Property("document prompt") ?? "");
        KeepsTerms = definition.KeepsTerms;
        _changes = new IndexChanges(path, Refresh);
    }

    public string Name { get; }

    /// <summary>The model that made its vectors.</summary>
    public ServedEmbedder Model { get; }

    /// <summary>Cuts texts into passages as the index was made.</summary>
    public PassageReader Cutting { get; }

    /// <summary>What stands before a query.</summary>
    public Prompt QueryPrompt { get; }

    /// <summary>What stands before a passage.</summary>
    public Prompt DocumentPrompt { get; }

    /// <summary>Whether words can rank.</summary>
    public bool KeepsTerms { get; }

    /// <summary>The terms of a text.</summary>
    public List<string> Terms(string text) => _analyzer.Terms(text);

    /// <summary>Finds passages.</summary>
    /// <exception cref="ArgumentException">A condition is none, or names what no document has.</exception>
    public (List<IndexHit> Hits, long Commit, bool IsUnfinished) Search(IndexQuery query)
    {
        SharedReader shared = Enter();
        try
        {
            IndexReader reader = shared.Reader;
            var options = new SearchOptions
            {
                Allowed = query.Filter.Count > 0 ? reader.Where(IndexFilter.Parse(query.Filter)) : null,
                MinScore = query.MinScore,
                Oversampling = query.Oversampling,
                Probes = query.Probes,
            };
            int most = Math.Min(query.Most, Math.Max(1, reader.Count));
            List<IndexHit> hits = [.. Find(shared, query, most, options).Select(hit => Hit(reader, hit))];
            return (hits, reader.Commit, reader.Unfinished is not null);
        }
        finally
        {
            shared.Leave();
        }
    }

    /// <summary>The passages of a document and its attributes; null where there is none.</summary>
    public (List<Passage> Passages, IReadOnlyList<IndexAttribute> Attributes)? Document(string key) =>
        Read<(List<Passage>, IReadOnlyList<IndexAttribute>)?>(reader =>
        {
            if (reader.AttributesOf(key) is not { } attributes)
                return null;
            (int first, int count) = reader.IdsOf(key);
            return ([.. Enumerable.Range(first, count).Select(id => StoredPassage.Read(key, reader.Payload(id)))],
                attributes);
        });

    /// <summary>Sizes, counts and names of attributes.</summary>
    public IndexStatistics Statistics() => Read(reader => reader.Statistics());

    /// <summary>Writes a change; completes when it is on disk and the next search sees it.</summary>
    public Task<ChangeResult> Write(IndexChange change, CancellationToken cancellation) =>
        _changes.Write(change, cancellation);

    public async ValueTask DisposeAsync()
    {
        await _changes.DisposeAsync().ConfigureAwait(false);
        _reader.Leave();
    }

    private static IEnumerable<HybridHit> Find(
        SharedReader shared, IndexQuery query, int most, SearchOptions options)
    {
        if (query is { Vector: { } vector, Terms: { } words })
        {
            var both = new HybridHit[most];
            return both[..shared.Hybrid!.Search(vector, words, both, options)];
        }
        var hits = new Hit[most];
        if (query.Vector is { } alone)
        {
            return hits[..shared.Reader.Search(alone, hits, options)].Select(
                hit => new HybridHit(hit.Id, hit.Score, hit.Score, float.NaN));
        }
        return hits[..shared.Reader.SearchTerms(query.Terms!, hits, options.Allowed)].Select(
            hit => new HybridHit(hit.Id, hit.Score, float.NaN, hit.Score));
    }

    private static IndexHit Hit(IndexReader reader, HybridHit hit)
    {
        string key = IndexedFile.PathOf(reader.Key(hit.Id));
        return new IndexHit(
            key, reader.Number(hit.Id), StoredPassage.Read(key, reader.Payload(hit.Id)), hit.Score,
            float.IsNaN(hit.Similarity) ? null : hit.Similarity, float.IsNaN(hit.Terms) ? null : hit.Terms,
            reader.Attributes(hit.Id));
    }

    private T Read<T>(Func<IndexReader, T> read)
    {
        SharedReader shared = Enter();
        try
        {
            return read(shared.Reader);
        }
        finally
        {
            shared.Leave();
        }
    }

    // The reader of the newest commit.
    private SharedReader Enter()
    {
        if (Written() != _seen)
            Refresh();
        while (true)
        {
            SharedReader reader = Volatile.Read(ref _reader);
            if (reader.TryEnter())
                return reader;
        }
    }

    private DateTime Written() => File.GetLastWriteTimeUtc(Path.Combine(_path, "manifest"));

    private void Refresh()
    {
        lock (_lock)
        {
            DateTime written = Written();
            var next = new SharedReader(IndexReader.Open(_path), _weight);
            SharedReader before = _reader;
            Volatile.Write(ref _reader, next);
            _seen = written;
            before.Leave();
        }
    }
}
