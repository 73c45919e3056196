namespace Sextant.Search;

/// <summary>Binary codes that can be searched by Hamming distance, however they are kept.</summary>
/// <remarks>Any number of threads may search at once; adding needs the index for itself.</remarks>
internal interface IBinaryIndex
{
    /// <summary>Length of a code.</summary>
    int Bits { get; }

    /// <summary>How many codes are held; their ids are 0 … Count − 1.</summary>
    int Count { get; }

    /// <summary>Finds the nearest codes.</summary>
    /// <param name="query">A code.</param>
    /// <param name="hits">Receives the hits, nearest first, then by id; its length is k.</param>
    /// <param name="allowed">The only ids that may be found; null: all.</param>
    /// <returns>How many hits were written.</returns>
    /// <exception cref="ArgumentException">The query is no code of this index.</exception>
    int Search(ReadOnlySpan<byte> query, Span<BinaryHit> hits, IdSet? allowed = null);
}
