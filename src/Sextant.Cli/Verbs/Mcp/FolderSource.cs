using Sextant.Backends;
using Sextant.Cli.Arguments;
using Sextant.Cli.Caches;
using Sextant.Cli.Outputs;
using Sextant.Documents;
using Sextant.Mcp;
using Sextant.Passages;
using Sextant.Runtime;

namespace Sextant.Cli.Verbs.Mcp;

/// <summary>A folder of files, searched as <c>sextant search --in</c> does: its model, its cache, its hits.</summary>
internal sealed class FolderSource : ISource
{
    private readonly ConfinedFolder _folder;
    private readonly Terminal _terminal;
    private readonly EmbeddingModel _model;
    private readonly PassageOptions _cutting;
    private readonly TermAnalyzer _analyzer = TermAnalyzer.English;
    private readonly PassageCache? _cache;

    /// <param name="name">What calls name it.</param>
    /// <param name="path">The folder.</param>
    /// <param name="arguments">Model, threads, cache.</param>
    /// <param name="terminal">Where logs go.</param>
    public FolderSource(string name, string path, ArgumentValues arguments, Terminal terminal)
    {
        _folder = new ConfinedFolder(path);
        _terminal = terminal;
        string model = ModelFlags.Folder(arguments);
        EmbeddingOptions options = ModelFlags.Options(arguments);
        if (!arguments.Has(DeviceFlags.Precision) && (options.Device ?? Device.Cpu) == Device.Cpu)
            options = options with { Precision = Precision.Int8 }; // as 'sextant search' does: somebody waits
        _model = EmbeddingModel.Load(model, options);
        _cutting = PassageFlags.Options(_model, null, null);
        if (!arguments.Has(McpVerb.NoCache) && UserCache.Folder() is { } cache)
        {
            _cache = new PassageCache(
                cache,
                [
                    .. ModelFingerprint.Of(
                        _model, _model.PromptText(Prompt.Document), ModelFingerprint.OfFiles(model)),
                    new("cutting", _cutting.ToString()), new("encoding", ""), new("terms", _analyzer.Name),
                ],
                _model.Dimensions, CacheSize.MaxBytes);
        }
        Description = new McpSource(
            name, IsFolder: true, $"files of a folder; vectors in {_model.Card.Precision.Word()}");
    }

    public McpSource Description { get; }

    public McpFound Search(McpQuery query, CancellationToken cancellation)
    {
        string path = query.Path is { } below ? _folder.Resolve(below) : _folder.Root;
        Terminal terminal = _terminal with { Cancellation = cancellation, ErrorIsTerminal = false };
        string ranking = query.Ranking ?? "hybrid";
        var plan = new SearchPlan(
            ranking switch { "dense" => Ranking.Dense, "bm25" => Ranking.Bm25, _ => Ranking.Hybrid }, _analyzer,
            query.Most, float.NegativeInfinity, 0);
        var run = new SearchRun(_model, query.Text, Prompt.Query, plan, terminal);
        var notes = new List<string>();
        McpNotes.AddQuery(notes, run.Report);
        int unreadable = 0;
        EmbeddedPassages passages = Passages(
            path, terminal, skipped => unreadable += skipped.Reason == SkipReason.Unreadable ? 1 : 0);
        if (unreadable > 0)
            notes.Add(FormattableString.Invariant($"{unreadable} files or folders could not be read"));
        if (passages.Truncated > 0)
            notes.Add(FormattableString.Invariant($"{passages.Truncated} passages are longer than the model takes"));
        cancellation.ThrowIfCancellationRequested();
        List<FoundPassage> found = passages.Passages.Count == 0 ? [] : run.Best(passages);
        return new McpFound(ranking, [.. found.Select(Hit)], notes);
    }

    // What a search would find, and nothing else: a path alone does not open a file.
    public string? Read(PassagePlace place, CancellationToken cancellation)
    {
        string path = _folder.Resolve(place.Key);
        if (!File.Exists(path) || !TextFile.Find([_folder.Root], _ => { }).Contains(path, StringComparer.Ordinal))
            return null;
        using DocumentText? text = DocumentText.Open(path, out _);
        PassageReader reader = PassageFlags.Reader(_model.Tokenizer, _cutting);
        foreach (Passage one in text?.Passages(reader, path) ?? [])
        {
            cancellation.ThrowIfCancellationRequested();
            if (one.Start == place.First && one.End == place.End)
                return one.Text;
        }
        return null;
    }

    public void Dispose() => _model.Dispose();

    private EmbeddedPassages Passages(string path, Terminal terminal, Action<SkippedPath> skipped)
    {
        var files = FoundFiles.Begin([path], _cache is not null, terminal.Cancellation);
        var passages = new EmbeddedPassages(
            _model, PassageFlags.Reader(_model.Tokenizer, _cutting), _analyzer, _cache, null, terminal);
        using var progress = new ProgressLine(terminal, "passages");
        passages.Read(files, input: false, skipped, progress);
        return passages;
    }

    private McpHit Hit(FoundPassage found) => new(
        new PassagePlace(_folder.Relative(found.Passage.File), found.Passage.Start, found.Passage.End),
        found.Score, found.Similarity, found.Terms, found.Passage.Headings, found.Passage.Text,
        found.Passage.FirstLine, found.Passage.LastLine);
}
