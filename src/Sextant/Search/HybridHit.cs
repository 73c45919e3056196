namespace Sextant.Search;

/// <summary>A passage that vectors and terms found together.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Score">The fused score: comparable within one search only.</param>
/// <param name="Similarity">How near its vector is to the query's.</param>
/// <param name="Terms">Its BM25 score; 0 where it has no term of the query.</param>
public readonly record struct HybridHit(int Id, float Score, float Similarity, float Terms);
