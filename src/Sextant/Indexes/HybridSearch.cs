using Sextant.Search;

namespace Sextant.Indexes;

/// <summary>Ranks an index's passages by vectors and terms together.</summary>
/// <remarks>
/// Candidates are the first of both rankings; each gets both scores, so that a passage is not punished for having been
/// found by one alone. The scale of similarities needs their mean over all passages, which an even sample stands for.
/// Over four judged sets the ranking is that over all scores within 0.001 nDCG@10 (Evaluation/README.md). Thread-safe.
/// </remarks>
internal sealed class HybridSearch
{
    // Of each ranking so many take part. What follows is far below the best of either.
    private const int Depth = 1000;

    private const int SampleSize = 1024;

    private readonly IndexReader _reader;
    private readonly float _weight;

    /// <summary>Makes a search of an index, which must stay open.</summary>
    /// <param name="reader">The index; it must keep terms.</param>
    /// <param name="weight">What the vectors' similarity weighs, from 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The weight is not from 0 to 1.</exception>
    /// <exception cref="UnsupportedRequestException">The index does not keep terms.</exception>
    public HybridSearch(IndexReader reader, float weight = ScoreFusion.DefaultWeight)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ScoreFusion.RequireWeight(weight);
        if (!reader.Definition.KeepsTerms)
            throw new UnsupportedRequestException("this index keeps no terms; an index made anew can.");
        (_reader, _weight) = (reader, weight);
    }

    /// <summary>Finds the best passages.</summary>
    /// <param name="query">The query's vector [Dimensions], finite.</param>
    /// <param name="terms">The query's terms, taken apart as the passages' were.</param>
    /// <param name="hits">Receives the hits, best first, the smaller id first among equals; its length is k.</param>
    /// <param name="options">Limits; a minimum score is one of the similarity. Null: none.</param>
    /// <returns>How many hits were written.</returns>
    public int Search(
        ReadOnlySpan<float> query, IReadOnlyCollection<string> terms, Span<HybridHit> hits,
        SearchOptions? options = null)
    {
        options ??= SearchOptions.None;
        var nearest = new Hit[Math.Min(Math.Max(hits.Length, Depth), Math.Max(1, _reader.Count))];
        SearchOptions all = options with { MinScore = float.NegativeInfinity };
        return Search(query, terms, nearest.AsSpan(0, _reader.Search(query, nearest, all)), hits, options);
    }

    /// <summary>The same, where the nearest vectors were found already.</summary>
    internal int Search(
        ReadOnlySpan<float> query, IReadOnlyCollection<string> terms, ReadOnlySpan<Hit> nearest, Span<HybridHit> hits,
        SearchOptions options)
    {
        ArgumentNullException.ThrowIfNull(terms);
        IdSet live = _reader.Where(IndexFilter.Parse());
        if (options.Allowed is { } allowed)
            live.IntersectWith(allowed);
        float[] byTerms = [.. _reader.ScoreTerms(terms).Select((score, id) => live.Contains(id) ? (float)score : 0)];
        var similarities = new Dictionary<int, float>();
        foreach (Hit hit in nearest)
            similarities[hit.Id] = hit.Score;
        int[] ids = [.. Enumerable.Range(0, byTerms.Length).Where(live.Contains)];
        var worded = ScoreScale.OfTerms(byTerms);
        int[] candidates = [.. similarities.Keys.Union(BestByTerms(byTerms, ids, Math.Max(hits.Length, Depth)))];
        int[] sample = Sample(ids);
        AddSimilarities(query, similarities, candidates.Union(sample), options);
        ScoreScale near = ScoreScale.OfSimilarities([.. sample.Select(id => similarities.GetValueOrDefault(id))]) with
        {
            High = similarities.Count > 0 ? similarities.Values.Max() : 0,
        };

        var ranked = new List<HybridHit>(candidates.Length);
        foreach (int id in candidates)
        {
            float similarity = similarities.GetValueOrDefault(id, (float)near.Low);
            if (similarity < options.MinScore)
                continue;
            float score = ScoreFusion.Score(similarity, near, byTerms[id], worded, _weight);
            ranked.Add(new HybridHit(id, score, similarity, byTerms[id]));
        }
        ranked.Sort(static (left, right) =>
            left.Score != right.Score ? right.Score.CompareTo(left.Score) : left.Id.CompareTo(right.Id));
        int count = Math.Min(hits.Length, ranked.Count);
        for (int i = 0; i < count; i++)
            hits[i] = ranked[i];
        return count;
    }

    private static int[] BestByTerms(float[] byTerms, int[] ids, int count)
    {
        var hits = new Hit[Math.Min(count, Math.Max(1, ids.Length))];
        var best = new BestHits(hits);
        foreach (int id in ids)
        {
            if (byTerms[id] > 0)
                best.Offer(new Hit(id, byTerms[id]));
        }
        return [.. hits.Take(best.Sort()).Select(hit => hit.Id)];
    }

    // Evenly spread, so that no file stands for all.
    private static int[] Sample(int[] ids)
    {
        int count = Math.Min(SampleSize, ids.Length);
        int[] sample = new int[count];
        for (int i = 0; i < count; i++)
            sample[i] = ids[(int)((long)i * ids.Length / count)];
        return sample;
    }

    private void AddSimilarities(
        ReadOnlySpan<float> query, Dictionary<int, float> similarities, IEnumerable<int> ids, SearchOptions options)
    {
        int[] missing = [.. ids.Where(id => !similarities.ContainsKey(id))];
        if (missing.Length == 0)
            return;
        var wanted = new IdSet(_reader.Ids);
        foreach (int id in missing)
            wanted.Add(id);
        var hits = new Hit[missing.Length];
        int found = _reader.Search(
            query, hits, new SearchOptions { Allowed = wanted, Oversampling = options.Oversampling });
        foreach (Hit hit in hits.AsSpan(0, found))
            similarities[hit.Id] = hit.Score;
    }
}
