using System.Linq.Expressions;
using Microsoft.Extensions.VectorData;
using Microsoft.Extensions.VectorData.ProviderServices;
using Sextant.Indexes;
using Sextant.Search;

#pragma warning disable MEVD9001 // experimental: what the abstractions offer to those who implement them

namespace Sextant.Extensions.VectorData;

/// <summary>What a search is asked for.</summary>
internal sealed record RecordQuery(
    VectorPropertyModel Property, LambdaExpression? Filter, int Top, int Skip, double? Threshold, bool WithVectors)
{
    /// <summary>The filter, translated.</summary>
    public IndexFilter? Condition { get; init; }

    /// <summary>How many hits are to be found of so many records.</summary>
    public int Hits(int records) => (int)Math.Min((long)Top + Skip, records);
}

/// <summary>A search in one commit.</summary>
internal delegate List<VectorSearchResult<TRecord>> RecordSearching<TRecord>(
    IndexReader reader, ReadOnlyMemory<float> vector, RecordQuery query, CancellationToken cancellation)
    where TRecord : class;

/// <summary>Searches in the records of a commit.</summary>
internal sealed class RecordSearch<TRecord>(CollectionSchema schema, RecordMapper<TRecord> mapper, float hybridWeight)
    where TRecord : class
{
    /// <summary>The records with the nearest vectors.</summary>
    public List<VectorSearchResult<TRecord>> Nearest(
        IndexReader reader, ReadOnlyMemory<float> vector, RecordQuery query, CancellationToken cancellation)
    {
        var hits = new Hit[query.Hits(reader.Count)];
        int count = hits.Length == 0 ? 0 : reader.Search(vector.Span, hits, Options(reader, query));
        return Results(
            reader, hits.Take(count).Select(hit => (hit.Id, schema.Distance.FromSimilarity(hit.Score))),
            score => schema.Distance.Passes(score, query.Threshold), query, cancellation);
    }

    /// <summary>The best records by their vectors and terms together.</summary>
    public List<VectorSearchResult<TRecord>> Hybrid(
        IndexReader reader, ReadOnlyMemory<float> vector, string[] terms, RecordQuery query,
        CancellationToken cancellation)
    {
        var hits = new HybridHit[query.Hits(reader.Count)];
        int count = hits.Length == 0
            ? 0
            : new HybridSearch(reader, hybridWeight).Search(vector.Span, terms, hits, Options(reader, query));
        return Results(
            reader, hits.Take(count).Select(hit => (hit.Id, (double)hit.Score)),
            score => !(score < query.Threshold), query, cancellation);
    }

    private static SearchOptions Options(IndexReader reader, RecordQuery query) => new()
    {
        Allowed = query.Condition is null ? null : reader.Where(query.Condition),
    };

    private List<VectorSearchResult<TRecord>> Results(
        IndexReader reader, IEnumerable<(int Id, double Score)> hits, Func<double, bool> passes, RecordQuery query,
        CancellationToken cancellation)
    {
        var results = new List<VectorSearchResult<TRecord>>();
        foreach ((int id, double score) in hits.Skip(query.Skip))
        {
            cancellation.ThrowIfCancellationRequested();
            if (!passes(score))
                break; // so are those after it
            IndexDocument document = reader.Read(reader.PlaceOf(id), query.WithVectors);
            results.Add(new VectorSearchResult<TRecord>(mapper.Read(document, query.WithVectors), score));
        }
        return results;
    }
}
