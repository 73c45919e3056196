using System.Buffers;
using Sextant.Codes;

namespace Sextant.Search;

/// <summary><see cref="ProductCode"/>s in memory, searched exactly by asymmetric distance.</summary>
/// <remarks>
/// Any number of threads may search at once; adding needs the index for itself. A search runs on the caller's thread
/// and allocates nothing in steady state.
/// </remarks>
public sealed class ProductIndex : IVectorIndex
{
    private const int BlockCodes = 1 << 16;

    private readonly List<byte[]> _blocks = [];
    private readonly ProductCode _code;
    private readonly Metric _metric;

    /// <summary>Creates an empty index.</summary>
    /// <param name="code">How vectors are encoded.</param>
    /// <param name="metric">The dot product or the distance; for cosines, scale the vectors before.</param>
    public ProductIndex(ProductCode code, Metric metric = Metric.Dot)
    {
        ArgumentNullException.ThrowIfNull(code);
        if (metric is not (Metric.Dot or Metric.SquaredDistance))
            throw new ArgumentException("scale vectors to length one and take the dot product.", nameof(metric));
        (_code, _metric) = (code, metric);
    }

    /// <inheritdoc/>
    public int Dimensions => _code.Dimensions;

    /// <inheritdoc/>
    public int Count { get; private set; }

    /// <summary>Adds whole vectors, one after the other, and returns the id of the first.</summary>
    /// <exception cref="ArgumentException">They are no whole vectors, or a value is not finite.</exception>
    public int Add(ReadOnlySpan<float> vectors)
    {
        if (vectors.Length % Dimensions != 0)
            throw new ArgumentException(
                $"{vectors.Length} values are not whole vectors of {Dimensions}.", nameof(vectors));
        FiniteValues.Require(vectors, nameof(vectors));
        int first = Count;
        for (; !vectors.IsEmpty; vectors = vectors[Dimensions..], Count++)
        {
            if (Count / BlockCodes == _blocks.Count)
                _blocks.Add(new byte[BlockCodes * _code.Parts]);
            _code.Encode(vectors[..Dimensions], _blocks[Count / BlockCodes].AsSpan(Count % BlockCodes * _code.Parts));
        }
        return first;
    }

    /// <inheritdoc/>
    public int Search(ReadOnlySpan<float> query, Span<Hit> hits, SearchOptions? options = null)
    {
        options ??= SearchOptions.None;
        IdSet.Require(options.Allowed, Count);
        float[] rented = ArrayPool<float>.Shared.Rent(_code.TableLength);
        try
        {
            Span<float> table = rented.AsSpan(0, _code.TableLength);
            _code.Table(query, _metric == Metric.SquaredDistance, table);
            var best = new BestHits(hits);
            for (int id = 0; id < Count && hits.Length > 0; id++)
            {
                if (options.Allowed is not null && !options.Allowed.Contains(id))
                    continue;
                ReadOnlySpan<byte> code = _blocks[id / BlockCodes].AsSpan(id % BlockCodes * _code.Parts, _code.Parts);
                float score = _code.Score(table, code);
                if (!(score < options.LeastScore))
                    best.Offer(new Hit(id, score));
            }
            return best.Sort();
        }
        finally
        {
            ArrayPool<float>.Shared.Return(rented);
        }
    }
}
