using Sextant.Cli.Arguments;
using Sextant.Indexes;
using Sextant.Mcp;

namespace Sextant.Cli.Verbs.Mcp;

/// <summary>An index on disk. Each call sees its newest commit.</summary>
internal sealed class IndexSource : ISource
{
    private readonly string _path;
    private readonly EmbeddingModel _model;
    private readonly bool _isOwner;

    /// <param name="name">What calls name it.</param>
    /// <param name="path">Its folder.</param>
    /// <param name="loaded">Taken where it is the model that made the index.</param>
    /// <param name="arguments">How to load another one.</param>
    public IndexSource(string name, string path, EmbeddingModel loaded, ArgumentValues arguments)
    {
        _path = Path.GetFullPath(path);
        using IndexReader reader = IndexReader.Open(_path);
        _ = PassageSearch.AnalyzerOf(_path, reader.Definition);
        _isOwner = !IsMadeBy(reader.Definition, loaded);
        _model = _isOwner
            ? IndexModel.Load(
                _path, reader.Definition, null, ModelFlags.Options(arguments) with { Dimensions = null, Layers = null })
            : loaded;
        Description = new McpSource(
            name, IsFolder: false, FormattableString.Invariant($"an index of {reader.Documents} documents"));
    }

    public McpSource Description { get; }

    public McpFound Search(McpQuery query, CancellationToken cancellation)
    {
        using IndexReader reader = IndexReader.Open(_path);
        IndexDefinition definition = reader.Definition;
        string ranking = query.Ranking ?? (definition.KeepsTerms ? "hybrid" : "dense");
        if (ranking != "dense" && !definition.KeepsTerms)
            throw new McpToolException($"'{Description.Name}' keeps no words; only 'ranking' dense is possible");
        var notes = new List<string>();
        float[]? vector = ranking == "bm25" ? null : new float[reader.Dimensions];
        if (vector is not null)
        {
            Prompt prompt = Prompt.Text(definition.Property("query prompt") ?? "");
            McpNotes.AddQuery(notes, _model.Embed(query.Text, vector, prompt));
        }
        cancellation.ThrowIfCancellationRequested();
        if (reader.Unfinished is not null)
            notes.Add(McpNotes.Unfinished);
        List<string>? terms = ranking == "dense" ? null
            : PassageSearch.AnalyzerOf(_path, definition).Terms(query.Text);
        try
        {
            HybridSearch? hybrid = ranking == "hybrid" ? new HybridSearch(reader, HybridWeight.Of(_model)) : null;
            List<IndexHit> hits = PassageSearch.Find(
                reader, hybrid, new IndexQuery(terms, vector, query.Most, query.Filter));
            return new McpFound(ranking, [.. hits.Select(McpNotes.Hit)], notes);
        }
        catch (ArgumentException problem) // a condition that is none
        {
            throw new McpToolException(problem.Message, problem);
        }
    }

    public string? Read(PassagePlace place, CancellationToken cancellation)
    {
        using IndexReader reader = IndexReader.Open(_path);
        int number = (int)Math.Min(place.First, int.MaxValue);
        foreach (int id in PassageSearch.IdsOf(reader, place.Key).Skip(number).Take(1))
            return StoredPassage.Read(place.Key, reader.Payload(id)).Text;
        return null;
    }

    public void Dispose()
    {
        if (_isOwner)
            _model.Dispose();
    }

    private bool IsMadeBy(IndexDefinition definition, EmbeddingModel model)
    {
        try
        {
            ModelFingerprint.RequireSame(_path, definition, model);
            return true;
        }
        catch (InvalidIndexException)
        {
            return false;
        }
    }
}
