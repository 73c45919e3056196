using System.Globalization;
using Sextant.Cli.Outputs;
using Sextant.Passages;
using Sextant.Search;

namespace Sextant.Cli.Verbs;

/// <summary>
/// Compares passages with one query as they are read, and keeps only the best: memory does not grow with the files.
/// A text that stands in several places is embedded once and is one hit.
/// </summary>
internal sealed class SearchRun
{
    private const int BatchPassages = 1024;

    private readonly EmbeddingModel _model;
    private readonly Terminal _terminal;
    private readonly float[] _query;
    private readonly FlatIndex _index;
    private readonly Hit[] _best;
    private readonly Dictionary<int, Kept> _kept = [];
    private readonly Dictionary<string, Kept> _byText = new(StringComparer.Ordinal);
    private readonly List<Kept> _batch = [];
    private readonly float[] _vectors;
    private readonly TextReport[] _reports = new TextReport[BatchPassages];
    private readonly TextReport _queryReport;
    private int _first;
    private int _found;
    private int _truncated;
    private readonly UnknownCount _unknown = new("passages");

    public SearchRun(EmbeddingModel model, string query, Prompt prompt, int most, Terminal terminal)
    {
        (_model, _terminal) = (model, terminal);
        _query = new float[model.Dimensions];
        _queryReport = model.Embed(query, _query, prompt);
        _index = new FlatIndex(model.Dimensions);
        _best = new Hit[most];
        _vectors = new float[BatchPassages * model.Dimensions];
    }

    /// <summary>How many passages were compared.</summary>
    public int Passages { get; private set; }

    /// <summary>Compares all passages with the query.</summary>
    public void Over(IEnumerable<Passage> passages, ProgressLine progress)
    {
        var best = new BestHits(_best);
        var hits = new Hit[Math.Min(_best.Length, BatchPassages)];
        foreach (Passage passage in passages)
        {
            _terminal.Cancellation.ThrowIfCancellationRequested();
            Passages++;
            if (_byText.TryGetValue(passage.Text, out Kept? same))
            {
                same.AlsoIn.Add(PassagePlace.Of(passage));
                progress.Advance(1);
                continue;
            }
            var kept = new Kept(passage, []);
            _batch.Add(kept);
            _byText.Add(passage.Text, kept);
            if (_batch.Count == BatchPassages)
                Compare(ref best, hits, progress);
        }
        Compare(ref best, hits, progress);
        _found = best.Sort();
    }

    /// <summary>The nearest passages, best first; equal scores in the order of files.</summary>
    public IEnumerable<FoundPassage> Best() =>
        _best.Take(_found).Select((hit, place) =>
            new FoundPassage(place + 1, hit.Score, _kept[hit.Id].Passage, _kept[hit.Id].AlsoIn));

    /// <summary>Says what the model did not see all of, or knows little of.</summary>
    public void Warn()
    {
        UnknownCount.WarnOfQuery(_terminal, _queryReport);
        _unknown.Warn(_terminal);
        if (_queryReport.Truncated > 0)
        {
            _terminal.Error.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"sextant search: warning: the query lost its end: "
                + $"{_queryReport.Truncated} tokens beyond the model's {_model.MaxTokens}"));
        }
        if (_truncated > 0)
        {
            _terminal.Error.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"sextant search: warning: {_truncated} of {Passages} passages lost their end; "
                + $"a smaller --chunk keeps them whole"));
        }
    }

    private void Compare(ref BestHits best, Hit[] hits, ProgressLine progress)
    {
        if (_batch.Count == 0)
            return;
        Span<float> vectors = _vectors.AsSpan(0, _batch.Count * _model.Dimensions);
        Span<TextReport> reports = _reports.AsSpan(0, _batch.Count);
        _model.Embed(
            [.. _batch.Select(one => one.Passage.Text)], Prompt.Document, vectors, reports, progress,
            _terminal.Cancellation);
        foreach (TextReport report in reports)
        {
            _unknown.Add(report);
            _truncated += report.Truncated > 0 ? 1 : 0;
        }
        _index.Clear();
        _index.Add(vectors);
        int found = _index.Search(_query, hits);
        foreach (Hit hit in hits.AsSpan(0, found))
        {
            if (best.Offer(new Hit(_first + hit.Id, hit.Score)))
                _kept[_first + hit.Id] = _batch[hit.Id];
        }
        _first += _batch.Count;
        progress.Advance(_batch.Count);
        _batch.Clear();
        Forget(best.Count);
    }

    // Passages that better ones have pushed out are let go. The same text met again has the same score and a larger
    // number, so it would not come back.
    private void Forget(int count)
    {
        if (_kept.Count > 2 * _best.Length)
        {
            HashSet<int> alive = [.. _best.Take(count).Select(hit => hit.Id)];
            foreach (int id in _kept.Keys.Where(id => !alive.Contains(id)).ToArray())
                _kept.Remove(id);
        }
        _byText.Clear();
        foreach (Kept one in _kept.Values)
            _byText.Add(one.Passage.Text, one);
    }

    private sealed record Kept(Passage Passage, List<PassagePlace> AlsoIn);
}
