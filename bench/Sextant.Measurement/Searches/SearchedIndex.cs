using Sextant.Backends;
using Sextant.Codes;
using Sextant.Gpu;
using Sextant.Indexes;
using Sextant.Search;

namespace Sextant.Measurement.Searches;

/// <summary>A filled index of any kind: queries in, ids out.</summary>
/// <param name="Search">
/// Finds ids [queries, 10] for queries first … first + count − 1 of the set it was filled from.
/// </param>
/// <param name="TakesMany">Whether several queries at once are one call.</param>
/// <param name="Owned">What to dispose.</param>
internal sealed record SearchedIndex(
    Action<VectorSet, int, int, int[]> Search, bool TakesMany, IDisposable? Owned) : IDisposable
{
    private delegate int SearchOne(ReadOnlySpan<float> query, Span<Hit> hits);

    /// <summary>An index of vectors that is filled; it takes several queries at once.</summary>
    public static SearchedIndex Of(IndexReader index, SearchOptions? options) => Many(
        index, (set, first, count, hits, found) => index.Search(
            set.QueryVectors.AsSpan(first * set.Dimensions, count * set.Dimensions), VectorSet.Hits, hits, found,
            options));

    /// <summary>An index of binary codes that is filled, searched by Hamming distances alone.</summary>
    public static SearchedIndex OfCodes(IndexReader index, VectorSet filled)
    {
        byte[] queries = Codes(filled.QueryVectors, filled.Queries, filled.Dimensions);
        int bytes = BinaryCode.Bytes(filled.Dimensions);
        return Many(index, (_, first, count, hits, found) => index.SearchCodes(
            queries.AsSpan(first * bytes, count * bytes), VectorSet.Hits, hits, found));
    }

    /// <summary>An index of documents of several vectors each, filled from a set's groups.</summary>
    public static SearchedIndex MaxSim(VectorSet set, FixedDimensionalEncoding? encoding, int threads)
    {
        var index = new LateInteractionIndex(set.Dimensions, encoding, threads);
        for (int i = 0; i < set.Groups; i++)
            index.Add(set.GroupAt(i));
        return OneByOne((from, query) => from.GroupQuery(query), (query, hits) => index.Search(query, hits), index);
    }

    /// <summary>A set's rows on a device, or where they are stored as nothing, its binary codes.</summary>
    public static SearchedIndex OnDevice(VectorSet set, Device device, VectorCode? rows)
    {
        if (rows is { } code)
            return RowsOnDevice(set, device, code);
        var index = new DeviceBinaryIndex(device, set.Dimensions);
        index.Add(Codes(set.Vectors, set.Count, set.Dimensions));
        byte[] queries = Codes(set.QueryVectors, set.Queries, set.Dimensions);
        var hits = new BinaryHit[set.Queries * VectorSet.Hits];
        return new SearchedIndex(
            (_, first, count, ids) =>
            {
                int found = index.Search(
                    queries.AsSpan(first * index.CodeBytes, count * index.CodeBytes), VectorSet.Hits, hits);
                Write(hits, found, count, ids);
            },
            true, index);
    }

    private static unsafe SearchedIndex RowsOnDevice(VectorSet set, Device device, VectorCode code)
    {
        CodeRanges? ranges = code == VectorCode.Int8 ? CodeRanges.Of(set.Vectors, set.Dimensions) : null;
        var codec = new RowCodec(code, Metric.Dot, set.Dimensions, ranges);
        var rows = new DeviceRows(Devices.DeviceCeilings.DriverOf(device), codec, set.Count);
        byte[] row = new byte[codec.RowBytes];
        for (int i = 0; i < set.Count; i++)
        {
            codec.Encode(set.Vectors.AsSpan(i * set.Dimensions, set.Dimensions), row);
            rows.Add(row);
        }
        float[] prepared = new float[codec.QueryFloats];
        return OneByOne(
            (from, query) => from.Query(query),
            (query, hits) =>
            {
                var best = new BestHits(hits);
                fixed (float* memory = prepared)
                {
                    RowScorer scorer = codec.Prepare(query, memory);
                    ReadOnlySpan<float> scores = rows.Score(in scorer);
                    for (int i = 0; i < scores.Length; i++)
                        best.Offer(new Hit(i, scores[i]));
                }
                return best.Sort();
            },
            rows);
    }

    /// <summary>The signs of vectors [count, dimensions], code after code.</summary>
    public static byte[] Codes(float[] vectors, int count, int dimensions)
    {
        int bytes = BinaryCode.Bytes(dimensions);
        var codes = new byte[count * bytes];
        for (int i = 0; i < count; i++)
            BinaryCode.Encode(vectors.AsSpan(i * dimensions, dimensions), codes.AsSpan(i * bytes, bytes));
        return codes;
    }

    public void Dispose() => Owned?.Dispose();

    private delegate void SearchMany(VectorSet set, int first, int count, Hit[] hits, int[] found);

    private static SearchedIndex Many(IndexReader index, SearchMany search)
    {
        Hit[] hits = [];
        int[] found = [];
        return new SearchedIndex(
            (set, first, count, ids) =>
            {
                if (found.Length < count)
                    (hits, found) = (new Hit[count * VectorSet.Hits], new int[count]);
                search(set, first, count, hits, found);
                for (int i = 0; i < count * VectorSet.Hits; i++)
                    ids[i] = i % VectorSet.Hits < found[i / VectorSet.Hits] ? hits[i].Id : -1;
            },
            true, index);
    }

    private delegate ReadOnlySpan<float> QueryOf(VectorSet set, int query);

    private static SearchedIndex OneByOne(QueryOf queryOf, SearchOne search, IDisposable? owned)
    {
        var hits = new Hit[VectorSet.Hits];
        return new SearchedIndex(
            (set, first, count, ids) =>
            {
                for (int query = 0; query < count; query++)
                {
                    int found = search(queryOf(set, first + query), hits);
                    for (int i = 0; i < VectorSet.Hits; i++)
                        ids[query * VectorSet.Hits + i] = i < found ? hits[i].Id : -1;
                }
            },
            false, owned);
    }

    private static void Write(BinaryHit[] hits, int found, int count, Span<int> ids)
    {
        for (int i = 0; i < count * VectorSet.Hits; i++)
            ids[i] = i % VectorSet.Hits < found ? hits[i].Id : -1;
    }
}
