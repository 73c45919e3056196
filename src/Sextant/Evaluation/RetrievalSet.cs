namespace Sextant.Evaluation;

/// <summary>What a person said of a document for a query.</summary>
/// <param name="Document">The document's position in the set, or −1 for one that the set does not have.</param>
/// <param name="Grade">Above 0: relevant, a larger grade more so.</param>
internal readonly record struct Judgement(int Document, int Grade);

/// <summary>A query and all that was said of documents for it.</summary>
/// <param name="Text">What is searched for.</param>
/// <param name="Judgements">No document twice; those without a judgement count as not relevant.</param>
internal sealed record RetrievalQuery(string Text, IReadOnlyList<Judgement> Judgements);

/// <summary>Documents, queries and judgements to measure a ranking with.</summary>
internal sealed class RetrievalSet
{
    /// <summary>Creates a set; queries without a relevant document are left out, and counted.</summary>
    /// <exception cref="ArgumentException">A judgement names a position that is none of a document.</exception>
    public RetrievalSet(IReadOnlyList<string> documents, IEnumerable<RetrievalQuery> queries)
    {
        ArgumentNullException.ThrowIfNull(documents);
        ArgumentNullException.ThrowIfNull(queries);
        Documents = documents;
        var kept = new List<RetrievalQuery>();
        foreach (RetrievalQuery query in queries)
        {
            if (query.Judgements.Any(one => one.Document < -1 || one.Document >= documents.Count))
                throw new ArgumentException("a judgement names a document that there is not.", nameof(queries));
            if (query.Judgements.Count == 0)
                UnjudgedQueries++;
            else if (!query.Judgements.Any(one => one.Grade > 0))
                FruitlessQueries++;
            else
                kept.Add(query);
        }
        Queries = kept;
    }

    /// <summary>The documents; a document's position is its number.</summary>
    public IReadOnlyList<string> Documents { get; }

    /// <summary>The queries that can be measured: those with a relevant document.</summary>
    public IReadOnlyList<RetrievalQuery> Queries { get; }

    /// <summary>Queries that were left out because no document was judged for them.</summary>
    public int UnjudgedQueries { get; }

    /// <summary>Queries that were left out because all that was judged for them is not relevant.</summary>
    public int FruitlessQueries { get; }
}
