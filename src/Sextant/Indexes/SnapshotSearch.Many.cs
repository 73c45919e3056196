using System.Runtime.ExceptionServices;
using Sextant.Runtime;
using Sextant.Search;

namespace Sextant.Indexes;

// Several queries at once: each row or code is read once for many of them.
internal sealed unsafe partial class SnapshotSearch
{
    private const int QueriesAtOnce = 64;

    /// <summary>Finds the nearest of several queries; each has the hits, to the bit, that it has alone.</summary>
    /// <param name="queries">[n, Dimensions], finite.</param>
    /// <param name="k">How many hits are wanted for each.</param>
    /// <param name="hits">Receives [n, k], each query's best first.</param>
    /// <param name="found">Receives [n]: how many hits of each k were written.</param>
    /// <param name="most">How many there are to be found.</param>
    /// <param name="options">What the search is limited to, but for ids.</param>
    /// <param name="allowed">The only ids that may be found, none of them deleted; null: all.</param>
    public void Search(
        ReadOnlySpan<float> queries, int k, Span<Hit> hits, Span<int> found, int most, SearchOptions options,
        IdSet? allowed)
    {
        int dimensions = Definition.Dimensions, count = queries.Length / dimensions;
        Require(options);
        int queryBits = QueryBits(Definition, options);
        bool isTogether = count > 1 && k > 0 && most > 0
            && (_rows is not null || (_hamming is not null && options.Probes == 0));
        int atOnce = isTogether ? QueriesAtOnce : 1;
        for (int first = 0; first < count; first += atOnce)
        {
            int taken = Math.Min(atOnce, count - first);
            ReadOnlySpan<float> some = queries.Slice(first * dimensions, taken * dimensions);
            Span<Hit> best = hits.Slice(first * k, taken * k);
            if (!isTogether)
                found[first] = Search(some, best, most, options, allowed);
            else if (_rows is not null)
                SearchRows(some, k, best, found.Slice(first, taken), options, allowed);
            else
                SearchCodes(some, k, best, found.Slice(first, taken), most, options, queryBits, allowed);
        }
    }

    private void SearchRows(
        ReadOnlySpan<float> queries, int k, Span<Hit> hits, Span<int> found, SearchOptions options, IdSet? allowed)
    {
        int dimensions = Definition.Dimensions, coded = Definition.CodedDimensions;
        NativeBlock memory = _memory.Take((long)found.Length * coded * sizeof(float));
        try
        {
            var prepared = new Span<float>(memory.Pointer, found.Length * coded);
            for (int i = 0; i < found.Length; i++)
                _snapshot.Codes.Prepare(queries.Slice(i * dimensions, dimensions), prepared.Slice(i * coded, coded));
            _rows!.Search(prepared, _blocks, k, hits, found, allowed, options.MinScore);
        }
        finally
        {
            _memory.Return(memory);
        }
    }

    private void SearchCodes(
        ReadOnlySpan<float> queries, int k, Span<Hit> hits, Span<int> found, int most, SearchOptions options,
        int queryBits, IdSet? allowed)
    {
        int dimensions = Definition.Dimensions, coded = Definition.CodedDimensions;
        int bytes = _snapshot.Codes.Layout.RowBytes, wanted = (int)Math.Min((long)k * options.Oversampling, most);
        long total = 0;
        long preparedAt = SearchMemory.Reserve(ref total, (long)found.Length * coded * sizeof(float));
        long codesAt = SearchMemory.Reserve(ref total, (long)found.Length * bytes);
        long nearestAt = SearchMemory.Reserve(ref total, (long)found.Length * wanted * sizeof(Hit));
        long idsAt = SearchMemory.Reserve(ref total, (long)found.Length * wanted * sizeof(int));
        NativeBlock memory = _memory.Take(total);
        try
        {
            var prepared = new Span<float>(memory.Pointer + preparedAt, found.Length * coded);
            var codes = new Span<byte>(memory.Pointer + codesAt, found.Length * bytes);
            var ids = new Span<int>(memory.Pointer + idsAt, found.Length * wanted);
            for (int i = 0; i < found.Length; i++)
            {
                Span<float> one = prepared.Slice(i * coded, coded);
                _snapshot.Codes.Prepare(queries.Slice(i * dimensions, dimensions), one);
                _snapshot.Codes.EncodePrepared(one, codes.Slice(i * bytes, bytes));
            }
            int each = Nearest(prepared, codes, queryBits, wanted, memory.Pointer + nearestAt, ids, allowed);
            for (int i = 0; i < found.Length; i++)
            {
                found[i] = Score(
                    queries.Slice(i * dimensions, dimensions), prepared.Slice(i * coded, coded),
                    ids.Slice(i * wanted, each), hits.Slice(i * k, k), options.MinScore);
            }
        }
        finally
        {
            _memory.Return(memory);
        }
    }

    // ids [n, wanted]; returns how many there are of each.
    private int Nearest(
        ReadOnlySpan<float> prepared, ReadOnlySpan<byte> codes, int queryBits, int wanted, byte* memory, Span<int> ids,
        IdSet? allowed)
    {
        if (queryBits > 1)
        {
            var hits = new Span<Hit>(memory, ids.Length);
            int all = _weighted!.Nearest(_tiles!, prepared, queryBits, wanted, hits, allowed);
            Ids(hits, ids);
            return all;
        }
        var nearest = new Span<BinaryHit>(memory, ids.Length);
        int each = Nearest(codes, _snapshot.Codes.Layout.RowBytes, wanted, nearest, allowed);
        for (int i = 0; i < ids.Length; i++)
            ids[i] = nearest[i].Id;
        return each;
    }

    /// <summary>The nearest codes of several, by Hamming distance alone.</summary>
    public void SearchCodes(
        ReadOnlySpan<byte> codes, int k, Span<Hit> hits, Span<int> found, int most, IdSet? allowed)
    {
        int bytes = _snapshot.Codes.Layout.RowBytes, wanted = Math.Min(k, most);
        found.Clear();
        if (wanted == 0 || found.IsEmpty)
            return;
        NativeBlock memory = _memory.Take((long)found.Length * wanted * sizeof(BinaryHit));
        try
        {
            var nearest = new Span<BinaryHit>(memory.Pointer, found.Length * wanted);
            found.Fill(Nearest(codes, bytes, wanted, nearest, allowed));
            for (int i = 0; i < found.Length; i++)
            {
                for (int j = 0; j < found[i]; j++)
                    hits[(i * k) + j] = new Hit(nearest[(i * wanted) + j].Id, -nearest[(i * wanted) + j].Distance);
            }
        }
        finally
        {
            _memory.Return(memory);
        }
    }

    private int Nearest(ReadOnlySpan<byte> codes, int bytes, int wanted, Span<BinaryHit> nearest, IdSet? allowed)
    {
        try
        {
            return _hamming!.Nearest(_tiles!, codes, bytes, wanted, nearest, allowed);
        }
        catch (AggregateException problem) when (problem.InnerException is SextantException)
        {
            ExceptionDispatchInfo.Throw(problem.InnerException); // the same from any thread
            throw;
        }
    }
}
