using System.Buffers;
using Sextant.Codes;

namespace Sextant.Search;

/// <summary>
/// Documents of many vectors each (a vector for every token, as ColBERT makes them), found by MaxSim: for each vector
/// of the query the largest dot product with one of the document's, added up.
/// </summary>
/// <remarks>
/// <para>Khattab and Zaharia, "ColBERT", SIGIR 2020. Exact by default: every vector of every document is compared. With
/// an encoding (<see cref="FixedDimensionalEncoding"/>) a search first takes candidates by one dot product for each
/// document, and orders these by MaxSim (MUVERA, Dhulipala et al., 2024).</para>
/// <para>The largest is taken in ascending order of the document's vectors, the sum is a chain in ascending order of
/// the query's. Any number of threads may search at once; adding needs the index for itself.</para>
/// </remarks>
public sealed class LateInteractionIndex
{
    private readonly FlatIndex _vectors;
    private readonly List<int> _firsts = [0];
    private readonly FixedDimensionalEncoding? _encoding;
    private readonly FlatIndex? _encoded;

    /// <summary>Creates an empty index.</summary>
    /// <param name="dimensions">Length of each vector.</param>
    /// <param name="encoding">For searches that do not compare everything; null: none.</param>
    public LateInteractionIndex(int dimensions, FixedDimensionalEncoding? encoding = null)
    {
        if (encoding is not null && encoding.Inputs != dimensions)
            throw new ArgumentException(
                $"the encoding is for vectors of {encoding.Inputs}, not of {dimensions}.", nameof(encoding));
        _vectors = new FlatIndex(dimensions);
        _encoding = encoding;
        _encoded = encoding is null ? null : new FlatIndex(encoding.Outputs);
    }

    /// <summary>Length of each vector.</summary>
    public int Dimensions => _vectors.Dimensions;

    /// <summary>How many documents are held; their ids are 0 … Count − 1.</summary>
    public int Count => _firsts.Count - 1;

    /// <summary>Adds a document and returns its id.</summary>
    /// <param name="vectors">[n, Dimensions], row by row; at least one.</param>
    /// <exception cref="ArgumentException">They are no whole vectors or none, or a value is not finite.</exception>
    public int Add(ReadOnlySpan<float> vectors)
    {
        if (vectors.IsEmpty)
            throw new ArgumentException("a document has at least one vector.", nameof(vectors));
        _vectors.Add(vectors);
        _firsts.Add(_vectors.Count);
        if (_encoding is not null)
        {
            float[] encoded = new float[_encoding.Outputs];
            _encoding.EncodeDocument(vectors, encoded);
            _encoded!.Add(encoded);
        }
        return Count - 1;
    }

    /// <summary>Finds the documents with the largest MaxSim.</summary>
    /// <param name="query">[n, Dimensions], row by row.</param>
    /// <param name="hits">Receives the hits, best first; its length is k.</param>
    /// <param name="options">
    /// What the search is limited to. Oversampling says how many candidates an encoding takes for each hit.
    /// </param>
    /// <param name="exact">Whether every document is compared, also where there is an encoding.</param>
    /// <returns>How many hits were written.</returns>
    /// <exception cref="ArgumentException">The query is no whole vectors, or a value is not finite.</exception>
    public int Search(ReadOnlySpan<float> query, Span<Hit> hits, SearchOptions? options = null, bool exact = false)
    {
        options ??= SearchOptions.None;
        IdSet.Require(options.Allowed, Count);
        if (query.IsEmpty || query.Length % Dimensions != 0)
            throw new ArgumentException($"{query.Length} values are not whole vectors of {Dimensions}.", nameof(query));
        FiniteValues.Require(query, nameof(query));
        var best = new BestHits(hits);
        if (_encoding is null || exact)
        {
            for (int id = 0; id < Count; id++)
            {
                if (options.Allowed is null || options.Allowed.Contains(id))
                    Offer(ref best, query, id, options.LeastScore);
            }
            return best.Sort();
        }
        int wanted = (int)Math.Min((long)hits.Length * options.Oversampling, Count);
        float[] encoded = ArrayPool<float>.Shared.Rent(_encoding.Outputs);
        Hit[] candidates = ArrayPool<Hit>.Shared.Rent(Math.Max(1, wanted));
        try
        {
            Span<float> one = encoded.AsSpan(0, _encoding.Outputs);
            _encoding.EncodeQuery(query, one);
            int found = _encoded!.Search(one, candidates.AsSpan(0, wanted), options with { LeastScore = float.NegativeInfinity });
            foreach (Hit candidate in candidates.AsSpan(0, found))
                Offer(ref best, query, candidate.Id, options.LeastScore);
            return best.Sort();
        }
        finally
        {
            ArrayPool<float>.Shared.Return(encoded);
            ArrayPool<Hit>.Shared.Return(candidates);
        }
    }

    private void Offer(ref BestHits best, ReadOnlySpan<float> query, int id, float least)
    {
        float sum = 0;
        for (int at = 0; at < query.Length; at += Dimensions)
        {
            ReadOnlySpan<float> one = query.Slice(at, Dimensions);
            float most = float.NegativeInfinity;
            for (int row = _firsts[id]; row < _firsts[id + 1]; row++)
            {
                float score = _vectors.Score(one, row);
                most = most > score ? most : score;
            }
            sum += most;
        }
        if (!(sum < least))
            best.Offer(new Hit(id, sum));
    }
}
