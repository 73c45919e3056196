using System.Globalization;
using Sextant.Cli.Outputs;
using Sextant.Passages;
using Sextant.Search;

namespace Sextant.Cli.Verbs;

/// <summary>How passages of files are ranked.</summary>
/// <param name="Ranking">By vectors, words or both.</param>
/// <param name="Analyzer">What takes texts apart into words.</param>
/// <param name="MaxHits">How many to find.</param>
/// <param name="MinScore">The minimum similarity of vectors.</param>
/// <param name="Diversity">How much unlikeness counts, from 0 to 1.</param>
internal sealed record SearchPlan(
    Ranking Ranking, TermAnalyzer Analyzer, int MaxHits, float MinScore, float Diversity);

/// <summary>Ranks the passages of files for one query: all of them are in memory.</summary>
internal sealed class SearchRun
{
    // Candidates for each passage that is chosen for being unlike the others.
    private const int DiverseDepth = 10;

    private readonly SearchPlan _plan;
    private readonly EmbeddingModel? _model;
    private readonly Terminal _terminal;
    private readonly string _query;
    private readonly float[] _vector;

    /// <param name="model">Null where words alone rank.</param>
    /// <param name="query">What is asked.</param>
    /// <param name="prompt">What stands before the query for the model.</param>
    /// <param name="plan">How to rank.</param>
    /// <param name="terminal">Where warnings go.</param>
    public SearchRun(EmbeddingModel? model, string query, Prompt prompt, SearchPlan plan, Terminal terminal)
    {
        (_model, _query, _plan, _terminal) = (model, query, plan, terminal);
        _vector = new float[model?.Dimensions ?? 0];
        if (model is null)
            return;
        Report = model.Embed(query, _vector, prompt);
        UnknownCount.WarnOfQuery(terminal, Report);
        if (Report.Truncated > 0)
        {
            terminal.Error.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"sextant search: warning: the query lost its end: "
                + $"{Report.Truncated} tokens beyond the model's {model.MaxTokens}"));
        }
    }

    /// <summary>What became of the query; empty where words alone rank.</summary>
    public TextReport Report { get; }

    /// <summary>The best passages, best first; equal scores in the order of files.</summary>
    public List<FoundPassage> Best(EmbeddedPassages all)
    {
        Warn(all);
        float[] near = Similarities(all), worded = Terms(all);
        var hits = new Hit[all.Passages.Count];
        int found = _plan.Ranking == Ranking.Hybrid
            ? ScoreFusion.Rank(near, worded, HybridWeight.Of(_model!), hits)
            : Sorted(_plan.Ranking == Ranking.Dense ? near : worded, hits);
        hits = [.. hits.Take(found)
            .Where(hit => _plan.Ranking == Ranking.Bm25 ? worded[hit.Id] > 0 : near[hit.Id] >= _plan.MinScore)];
        if (_plan.Diversity > 0)
        {
            hits = DiverseHits.Choose(
                [.. hits.Take(DiverseDepth * _plan.MaxHits)], hit => near[hit.Id], all.Vectors.Row, _plan.Diversity,
                2 * _plan.MaxHits);
        }
        var passages = new DistinctPassages(_plan.MaxHits);
        foreach (Hit hit in hits)
        {
            if (!passages.MayTake(all.Passages.Text(hit.Id)))
                continue;
            float similarity = near.Length > 0 ? near[hit.Id] : float.NaN;
            float terms = worded.Length > 0 ? worded[hit.Id] : float.NaN;
            passages.Add(all.Passages.Passage(hit.Id), new HybridHit(hit.Id, hit.Score, similarity, terms));
        }
        return passages.Found;
    }

    private static int Sorted(float[] scores, Hit[] hits)
    {
        var best = new BestHits(hits);
        for (int id = 0; id < scores.Length; id++)
            best.Offer(new Hit(id, scores[id]));
        return best.Sort();
    }

    private float[] Similarities(EmbeddedPassages all)
    {
        if (_model is null)
            return [];
        float[] near = new float[all.Passages.Count];
        all.Vectors.Scores(_vector, near);
        return near;
    }

    private float[] Terms(EmbeddedPassages all) =>
        _plan.Ranking == Ranking.Dense ? [] : all.Passages.TermScores(_plan.Analyzer.Terms(_query));

    private void Warn(EmbeddedPassages all)
    {
        all.Unknown.Warn(_terminal);
        if (all.Truncated > 0)
        {
            _terminal.Error.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"sextant search: warning: {all.Truncated} of {all.Passages.Count} passages lost their end; "
                + $"a smaller --chunk keeps them whole"));
        }
    }
}
