using System.Buffers;
using Sextant.Codes;
using Sextant.Runtime;

namespace Sextant.Search;

/// <summary>
/// Two stages in one call: a scan of binary codes finds more candidates than are wanted, and the float vectors, which
/// are kept in memory too, put those into order.
/// </summary>
/// <remarks>
/// The scores are exact dot products; which vectors are scored is an approximation, the better the more candidates are
/// taken. Any number of threads may search at once; adding, clearing and disposing need the index for themselves.
/// A search in steady state allocates nothing.
/// </remarks>
public sealed class RescoredIndex : IVectorIndex, IDisposable
{
    /// <summary>Candidates for each hit, unless the caller says otherwise.</summary>
    public const int DefaultOversampling = 4;

    private readonly FlatIndex _vectors;
    private readonly BinaryIndex _codes;

    /// <summary>Creates an empty index.</summary>
    /// <param name="dimensions">Length of each vector; 1 to <see cref="BinaryIndex.MaxBits"/>.</param>
    /// <param name="threads">Threads of a scan, the caller included; null for the process's shared ones.</param>
    public RescoredIndex(int dimensions, int? threads = null)
    {
        _codes = new BinaryIndex(dimensions, threads);
        _vectors = new FlatIndex(dimensions);
    }

    /// <summary>Length of each vector.</summary>
    public int Dimensions => _vectors.Dimensions;

    /// <summary>How many vectors are held; their ids are 0 … Count − 1.</summary>
    public int Count => _vectors.Count;

    /// <summary>Adds whole vectors, one after the other, and returns the id of the first.</summary>
    /// <param name="vectors">[n, Dimensions], row by row.</param>
    /// <exception cref="ArgumentException">
    /// The length is no multiple of the dimensions, or a value is NaN or infinite; nothing was added.
    /// </exception>
    public int Add(ReadOnlySpan<float> vectors)
    {
        using FloatEnvironment.Standard standard = FloatEnvironment.Enter();
        int first = _vectors.Add(vectors);
        Span<byte> code = stackalloc byte[_codes.CodeBytes];
        for (; !vectors.IsEmpty; vectors = vectors[Dimensions..])
        {
            BinaryCode.Encode(vectors[..Dimensions], code);
            _codes.Add(code);
        }
        return first;
    }

    /// <summary>Forgets all vectors and keeps the memory for the next ones.</summary>
    public void Clear()
    {
        _vectors.Clear();
        _codes.Clear();
    }

    /// <summary>Finds vectors with large dot products.</summary>
    /// <param name="query">[Dimensions].</param>
    /// <param name="hits">Receives the hits, best first (score descending, then id ascending); its length is k.</param>
    /// <param name="oversampling">Candidates that the scan finds for each hit; at least 1.</param>
    /// <returns>How many hits were written: k, or all vectors where there are fewer.</returns>
    /// <exception cref="ArgumentException">
    /// The query has another length or holds a NaN or infinity, or a product overflows into NaN.
    /// </exception>
    public int Search(ReadOnlySpan<float> query, Span<Hit> hits, int oversampling) =>
        Search(query, hits, oversampling, null, float.NegativeInfinity);

    /// <inheritdoc/>
    public int Search(ReadOnlySpan<float> query, Span<Hit> hits, SearchOptions? options = null)
    {
        options ??= SearchOptions.None;
        return Search(query, hits, options.Oversampling, options.Allowed, options.MinScore);
    }

    /// <summary>Frees the codes.</summary>
    public void Dispose() => _codes.Dispose();

    private int Search(ReadOnlySpan<float> query, Span<Hit> hits, int oversampling, IdSet? allowed, float least)
    {
        using FloatEnvironment.Standard standard = FloatEnvironment.Enter();
        ArgumentOutOfRangeException.ThrowIfLessThan(oversampling, 1);
        _vectors.RequireQuery(query);
        int wanted = (int)Math.Min((long)hits.Length * oversampling, Count);
        Span<byte> code = stackalloc byte[_codes.CodeBytes];
        BinaryCode.Encode(query, code);
        BinaryHit[] candidates = ArrayPool<BinaryHit>.Shared.Rent(wanted);
        try
        {
            int found = _codes.Search(code, candidates.AsSpan(0, wanted), allowed);
            var best = new BestHits(hits);
            foreach (BinaryHit candidate in candidates.AsSpan(0, found))
            {
                var hit = new Hit(candidate.Id, _vectors.Score(query, candidate.Id));
                if (!(hit.Score < least))
                    best.Offer(hit);
            }
            return best.Sort();
        }
        finally
        {
            ArrayPool<BinaryHit>.Shared.Return(candidates);
        }
    }
}
