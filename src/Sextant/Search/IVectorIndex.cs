namespace Sextant.Search;

/// <summary>Vectors that can be searched, however they are kept.</summary>
/// <remarks>Any number of threads may search at once; adding needs the index for itself.</remarks>
internal interface IVectorIndex
{
    /// <summary>Length of each vector.</summary>
    int Dimensions { get; }

    /// <summary>How many vectors are held.</summary>
    int Count { get; }

    /// <summary>Finds the nearest vectors.</summary>
    /// <param name="query">[Dimensions].</param>
    /// <param name="hits">Receives the hits, best first (score descending, then id ascending); its length is k.</param>
    /// <param name="options">What the search is limited to; null for no limits.</param>
    /// <returns>How many hits were written.</returns>
    /// <exception cref="ArgumentException">The query has another length, or holds a NaN or infinity.</exception>
    int Search(ReadOnlySpan<float> query, Span<Hit> hits, SearchOptions? options = null);
}
