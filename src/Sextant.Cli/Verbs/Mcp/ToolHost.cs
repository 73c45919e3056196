using Sextant.Cli.Arguments;
using Sextant.Mcp;

namespace Sextant.Cli.Verbs.Mcp;

/// <summary>What the tool offers to an agent: the folders and indexes that were named when it was started.</summary>
internal sealed class ToolHost : IMcpHost, IDisposable
{
    // Each call computes with all threads: more at once would only take memory.
    private const int CallsAtOnce = 2;

    private readonly EmbeddingModel _model;
    private readonly string _name;
    private readonly ShorterVectors _shorter;
    private readonly List<ISource> _sources = [];
    private readonly SemaphoreSlim _turns = new(CallsAtOnce);

    /// <summary>Opens all of it: what cannot be searched is an error now.</summary>
    public ToolHost(ArgumentValues arguments, Terminal terminal)
    {
        _name = ModelFlags.NameOf(arguments);
        _model = EmbeddingModel.Load(NamedModels.FolderOf(_name), ModelFlags.Options(arguments));
        try
        {
            _shorter = ShorterVectors.Of(_model.Card);
            foreach (string one in arguments.All(McpVerb.Index))
                Add(one, McpVerb.Index, (name, path) => new IndexSource(name, path, _model, arguments));
            foreach (string one in arguments.All(McpVerb.In))
                Add(one, McpVerb.In, (name, path) => new FolderSource(name, path, arguments, terminal));
        }
        catch
        {
            Dispose();
            throw;
        }
        Sources = [.. _sources.Select(one => one.Description)];
    }

    public string Version => Tool.Version;

    public IReadOnlyList<McpSource> Sources { get; }

    public IReadOnlyList<string> Models => [_name];

    public Task<McpVectors> Embed(McpEmbedding call, CancellationToken cancellation) => InTurn(() =>
    {
        int dimensions = call.Dimensions ?? _model.Dimensions;
        if (dimensions > _model.Dimensions)
            throw new McpToolException($"'dimensions' is {dimensions}; {_name} has vectors of {_model.Dimensions}");
        Prompt prompt = PromptNamed(call.Prompt);
        float[] all = new float[call.Texts.Count * dimensions];
        var reports = new TextReport[call.Texts.Count];
        _model.Embed(call.Texts, prompt, dimensions, all, reports, null, cancellation);
        return new McpVectors(
            _name, [.. all.Chunk(dimensions)], reports.Sum(one => (long)one.Truncated),
            reports.Sum(one => (long)one.Unknown), _shorter.NoteOf(dimensions) is { } note ? [note] : []);
    }, cancellation);

    public Task<McpFound> Search(McpSource source, McpQuery query, CancellationToken cancellation) =>
        InTurn(() => Find(source).Search(query, cancellation), cancellation);

    public Task<string?> Read(McpSource source, PassagePlace place, CancellationToken cancellation) =>
        InTurn(() => Find(source).Read(place, cancellation), cancellation);

    public void Dispose()
    {
        _sources.ForEach(one => one.Dispose());
        _model.Dispose();
        _turns.Dispose();
    }

    private Prompt PromptNamed(string? name) => name switch
    {
        null => Prompt.Default,
        _ when _model.Card.Prompts.ContainsKey(name) => Prompt.Named(name),
        "query" => Prompt.Query,
        "document" => Prompt.Document,
        _ => throw new McpToolException($"'{name}' is no prompt of {_name}; there are "
            + $"{string.Join(", ", _model.Card.Prompts.Keys.Append("query").Append("document").Distinct())}"),
    };

    private ISource Find(McpSource source) => _sources.First(one => one.Description == source);

    private async Task<T> InTurn<T>(Func<T> work, CancellationToken cancellation)
    {
        await _turns.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            return await Task.Run(work, cancellation).ConfigureAwait(false);
        }
        finally
        {
            _turns.Release();
        }
    }

    // NAME=PATH, or a path whose last name is the source's.
    private void Add(string given, Flag flag, Func<string, string, ISource> open)
    {
        int place = given.IndexOf('=', StringComparison.Ordinal);
        string path = given[(place + 1)..];
        string name = place > 0 ? given[..place] : Path.GetFileName(Path.TrimEndingDirectorySeparator(
            Path.GetFullPath(path)));
        if (name.Length is 0 or > 128 || path.Length == 0 || place == 0)
            throw new WrongUsageException($"{flag.Name} is '{given}'; {flag.Value} is accepted");
        if (_sources.Exists(one => one.Description.Name == name))
            throw new WrongUsageException($"two sources are called '{name}'; NAME=FOLDER gives one another name");
        _sources.Add(open(name, path));
    }
}

/// <summary>A folder or an index.</summary>
internal interface ISource : IDisposable
{
    /// <summary>Its name and what it is.</summary>
    McpSource Description { get; }

    /// <summary>The best passages.</summary>
    McpFound Search(McpQuery query, CancellationToken cancellation);

    /// <summary>The text of a passage; null where there is none such.</summary>
    string? Read(PassagePlace place, CancellationToken cancellation);
}
