using Sextant.Indexes;
using Sextant.Passages;
using Sextant.Search;

namespace Sextant.Programs;

/// <summary>How an index is searched.</summary>
/// <param name="Terms">The words of the query; null: vectors alone rank.</param>
/// <param name="Vector">The query's vector; null: words alone rank.</param>
/// <param name="Most">Most hits.</param>
/// <param name="Filter">Conditions on attributes.</param>
/// <param name="MinScore">Least similarity.</param>
/// <param name="Oversampling">Candidates for each hit of a scan of small codes.</param>
/// <param name="Probes">Lists to read; 0: all codes.</param>
/// <param name="QueryBits">Bits of a query's values that binary codes are compared with; null: as the library does.</param>
internal sealed record IndexQuery(
    IReadOnlyList<string>? Terms, float[]? Vector, int Most, IReadOnlyList<string> Filter,
    float MinScore = float.NegativeInfinity, int Oversampling = SearchOptions.DefaultOversampling, int Probes = 0,
    int? QueryBits = null);

/// <summary>A passage that was found.</summary>
/// <param name="Key">Of its document: for files, their path.</param>
/// <param name="Number">Which of the document's passages it is, from 0 on.</param>
/// <param name="Passage">The passage.</param>
/// <param name="Score">What it is ranked by.</param>
/// <param name="Similarity">Of vectors; null where they were not compared.</param>
/// <param name="Terms">Of words; null where they were not counted.</param>
/// <param name="Attributes">The document's.</param>
internal sealed record IndexHit(
    string Key, int Number, Passage Passage, float Score, float? Similarity, float? Terms,
    IReadOnlyList<IndexAttribute> Attributes);

/// <summary>Passages of a commit of an index, by vectors, by words or by both.</summary>
internal static class PassageSearch
{
    /// <summary>The best passages, best first.</summary>
    /// <param name="reader">The commit.</param>
    /// <param name="hybrid">Over the same; null where only one of both ranks.</param>
    /// <param name="query">What is asked.</param>
    /// <exception cref="ArgumentException">A condition is none, or names what no document has.</exception>
    public static List<IndexHit> Find(IndexReader reader, HybridSearch? hybrid, IndexQuery query)
    {
        var options = new SearchOptions
        {
            Allowed = query.Filter.Count > 0 ? reader.Where(IndexFilter.Parse(query.Filter)) : null,
            MinScore = query.MinScore,
            Oversampling = query.Oversampling,
            Probes = query.Probes,
            QueryBits = query.QueryBits,
        };
        int most = Math.Min(query.Most, Math.Max(1, reader.Count));
        return [.. Ranked(reader, hybrid, query, most, options).Select(hit => Hit(reader, hit))];
    }

    /// <summary>The ids of a document's passages, in their order; none where there is no such document.</summary>
    /// <param name="reader">The commit.</param>
    /// <param name="key">As hits have it: a long file is several documents of the index.</param>
    public static IEnumerable<int> IdsOf(IndexReader reader, string key)
    {
        for (int part = 0; reader.Contains(IndexedFile.Key(key, part)); part++)
        {
            (int first, int count) = reader.IdsOf(IndexedFile.Key(key, part));
            for (int id = first; id < first + count; id++)
                yield return id;
        }
    }

    /// <summary>What takes texts apart into the words of an index.</summary>
    /// <exception cref="InvalidIndexException">This program does not know it.</exception>
    public static TermAnalyzer AnalyzerOf(string path, IndexDefinition definition)
    {
        string name = definition.Property("terms") ?? TermAnalyzer.Words.Name; // older indexes do not say it
        return TermAnalyzer.Named(name) ?? throw new InvalidIndexException(
            path, $"has terms made by '{name}'; this program knows {string.Join(", ", TermAnalyzer.Names)}. "
                + "Rank by vectors alone (dense), or build the index anew.");
    }

    private static IEnumerable<HybridHit> Ranked(
        IndexReader reader, HybridSearch? hybrid, IndexQuery query, int most, SearchOptions options)
    {
        if (query is { Vector: { } vector, Terms: { } words })
        {
            var both = new HybridHit[most];
            return both[..hybrid!.Search(vector, words, both, options)];
        }
        var hits = new Hit[most];
        if (query.Vector is { } alone)
        {
            return hits[..reader.Search(alone, hits, options)].Select(
                hit => new HybridHit(hit.Id, hit.Score, hit.Score, float.NaN));
        }
        return hits[..reader.SearchTerms(query.Terms!, hits, options.Allowed)].Select(
            hit => new HybridHit(hit.Id, hit.Score, float.NaN, hit.Score));
    }

    private static IndexHit Hit(IndexReader reader, HybridHit hit)
    {
        string key = IndexedFile.PathOf(reader.Key(hit.Id));
        return new IndexHit(
            key, NumberOf(reader, key, hit.Id), StoredPassage.Read(key, reader.Payload(hit.Id)), hit.Score,
            float.IsNaN(hit.Similarity) ? null : hit.Similarity, float.IsNaN(hit.Terms) ? null : hit.Terms,
            reader.Attributes(hit.Id));
    }

    // Counted through all parts of a long file.
    private static int NumberOf(IndexReader reader, string key, int id)
    {
        int before = 0;
        string own = reader.Key(id);
        for (int part = 0; IndexedFile.Key(key, part) is { } other && other != own && reader.Contains(other); part++)
            before += reader.IdsOf(other).Count;
        return before + reader.Number(id);
    }
}
