using System.Globalization;
using Sextant.Codes;
using Sextant.Indexes;
using Sextant.Search;

namespace Sextant.Tests.Search;

/// <summary>
/// A <see cref="VectorIndex"/> in memory whose vectors are added and searched in turns; ids are their numbers from 0.
/// </summary>
internal sealed class MemoryIndex(IndexDefinition definition, int? threads = null) : IVectorIndex, IDisposable
{
    private VectorIndex _index = VectorIndex.Create(definition);
    private IndexReader? _reader;
    private int _documents;

    public int Dimensions => definition.Dimensions;

    public int Count { get; private set; }

    public static MemoryIndex Exact(
        int dimensions, VectorCode code = VectorCode.Float32, Metric metric = Metric.Dot, CodeRanges? ranges = null,
        int? threads = null) =>
        new(new() { Dimensions = dimensions, Code = code, Rescore = null, Metric = metric, Ranges = ranges }, threads);

    public static MemoryIndex Rescored(int dimensions, int? threads = null) =>
        new(new() { Dimensions = dimensions, Rescore = VectorCode.Float32 }, threads);

    public static MemoryIndex Residual(ResidualBinaryCode code, int? threads = null) => new(
        new()
        {
            Dimensions = code.Dimensions,
            Code = VectorCode.ResidualBinary,
            ResidualBinary = code,
            Rescore = null,
            Metric = Metric.Cosine,
        },
        threads);

    public static MemoryIndex Product(ProductCode code, Metric metric = Metric.Dot, int? threads = null) => new(
        new()
        {
            Dimensions = code.Dimensions,
            Code = VectorCode.Product,
            Product = code,
            Rescore = null,
            Metric = metric,
        },
        threads);

    /// <summary>Adds whole vectors and returns the number of the first.</summary>
    public int Add(ReadOnlySpan<float> vectors)
    {
        int first = Count;
        string key = _documents.ToString(CultureInfo.InvariantCulture);
        _index.Upsert(new IndexDocument { Key = key, Vectors = vectors.ToArray() });
        (_documents, Count) = (_documents + 1, Count + (vectors.Length / Dimensions));
        _reader?.Dispose();
        _reader = null;
        return first;
    }

    public void Clear()
    {
        Dispose();
        (_index, _reader, Count) = (VectorIndex.Create(definition), null, 0);
    }

    public int Search(ReadOnlySpan<float> query, Span<Hit> hits, SearchOptions? options = null) =>
        Reader().Search(query, hits, options);

    public int Search(ReadOnlySpan<float> query, Span<Hit> hits, int oversampling) =>
        Search(query, hits, new SearchOptions { Oversampling = oversampling, QueryBits = 1 });

    public void Search(
        ReadOnlySpan<float> queries, int k, Span<Hit> hits, Span<int> found, SearchOptions? options = null) =>
        Reader().Search(queries, k, hits, found, options);

    public void Dispose()
    {
        _index.Dispose();
        _reader?.Dispose();
    }

    // In one segment, so that numbers have no gaps.
    private IndexReader Reader()
    {
        if (_reader is not null)
            return _reader;
        if (_index.Segments > 1)
            _index.Compact();
        else
            _index.Commit();
        return _reader = _index.Read(threads);
    }
}
