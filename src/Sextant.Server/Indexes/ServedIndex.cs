using Sextant.Indexes;
using Sextant.Passages;
using Sextant.Server.Http;
using Sextant.Server.Models;

namespace Sextant.Server.Indexes;

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
    private volatile bool _isDisposed;

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
        _analyzer = PassageSearch.AnalyzerOf(path, definition);
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

    /// <summary>Documents of the newest commit.</summary>
    public int Documents => Read(reader => reader.Documents);

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
            List<IndexHit> hits = PassageSearch.Find(reader, shared.Hybrid, query);
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
            return ([.. PassageSearch.IdsOf(reader, key).Select(id => StoredPassage.Read(key, reader.Payload(id)))],
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
        lock (_lock)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
            _reader.Leave();
        }
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
        while (!_isDisposed)
        {
            SharedReader reader = Volatile.Read(ref _reader);
            if (reader.TryEnter())
                return reader;
        }
        throw Stopped();
    }

    private static ApiException Stopped() => new(503, "The server is being stopped.");

    private DateTime Written() => File.GetLastWriteTimeUtc(Path.Combine(_path, "manifest"));

    private void Refresh()
    {
        lock (_lock)
        {
            if (_isDisposed)
                throw Stopped();
            DateTime written = Written();
            var next = new SharedReader(IndexReader.Open(_path), _weight);
            SharedReader before = _reader;
            Volatile.Write(ref _reader, next);
            _seen = written;
            before.Leave();
        }
    }
}
