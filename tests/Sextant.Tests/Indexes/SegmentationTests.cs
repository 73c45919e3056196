using Sextant.Codes;
using Sextant.Indexes;
using Sextant.Search;
using static Sextant.Tests.Indexes.SomeDocuments;

namespace Sextant.Tests.Indexes;

/// <summary>
/// What an index finds, and with which scores, does not depend on how its documents came to be in segments, nor on
/// whether these are in memory or in files: ids alone differ, and their order does not.
/// </summary>
[Collection(nameof(MeasuredAlone))]
public sealed class SegmentationTests : IDisposable
{
    private const int Documents = 700;

    private static readonly string[] s_words = ["sea", "ship", "sky", "grass", "sand", "rope", "oar"];
    private static readonly float[] s_sample = Vectors(17, 400);

    private readonly ScratchIndex _scratch = new();

    public static TheoryData<string> Kinds => [.. s_definitions.Keys];

    private static readonly Dictionary<string, IndexDefinition> s_definitions = new()
    {
        ["float32"] = Float32,
        ["float16, cosine"] = Float32 with { Code = VectorCode.Float16, Metric = Metric.Cosine },
        ["bfloat16, distance"] = Float32 with { Code = VectorCode.BFloat16, Metric = Metric.SquaredDistance },
        ["int8"] = Float32 with { Code = VectorCode.Int8, Ranges = CodeRanges.Of(s_sample, Dimensions) },
        ["signs"] = new() { Dimensions = Dimensions, Rescore = null },
        ["signs, rescored"] = new() { Dimensions = Dimensions, Rescore = VectorCode.Float32 },
        ["residual, rescored"] = new()
        {
            Dimensions = Dimensions,
            Code = VectorCode.ResidualBinary,
            ResidualBinary = ResidualBinaryCode.Fit(s_sample, Dimensions, 2),
        },
        ["product"] = new()
        {
            Dimensions = Dimensions,
            Code = VectorCode.Product,
            Product = ProductCode.Fit(s_sample, Dimensions, 14),
            Rescore = null,
        },
        ["lists, transform"] = IndexFit.WithLists(
            new()
            {
                Dimensions = Dimensions,
                Transform = LinearTransform.Fit(s_sample, Dimensions, 40),
                Rescore = VectorCode.Float32,
            },
            s_sample, 12),
        ["RaBitQ, rescored"] = IndexFit.WithRaBitQ(new() { Dimensions = Dimensions }, s_sample, 1),
        ["RaBitQ of components"] = IndexFit.WithRaBitQ(
            new() { Dimensions = Dimensions, Rescore = null }, s_sample, 3, 42),
        ["RaBitQ, distance"] = IndexFit.WithRaBitQ(
            new() { Dimensions = Dimensions, Rescore = null, Metric = Metric.SquaredDistance }, s_sample, 4),
        ["transform"] = new()
        {
            Dimensions = Dimensions,
            Transform = LinearTransform.Fit(s_sample, Dimensions, 40),
        },
    };

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public void HitsAndScoresAreThoseOfOneSegment(string kind)
    {
        IndexDefinition definition = s_definitions[kind] with { KeepsTerms = true };
        List<string> expected;
        using (VectorIndex one = VectorIndex.Create(definition))
        {
            Fill(one, int.MaxValue);
            using IndexReader reader = one.Read(threads: 1);
            Assert.Equal(1, reader.Statistics().Segments);
            expected = Found(reader);
        }
        Assert.True(expected.Count > 100);
        using (VectorIndex seven = VectorIndex.Create(definition))
            AssertFindsInSeven(seven, expected);
        using (VectorIndex seven = VectorIndex.Create(_scratch.Path, definition))
            AssertFindsInSeven(seven, expected);
        using (IndexReader reader = IndexReader.Open(_scratch.Path, threads: 2))
            Assert.Equal(expected, Found(reader));
        using (VectorIndex again = VectorIndex.Open(_scratch.Path))
        {
            again.Compact();
            using IndexReader reader = again.Read();
            Assert.Equal(1, reader.Statistics().Segments);
            Assert.Equal(0, reader.Statistics().DeletedDocuments);
            Assert.Equal(expected, Found(reader));
        }
    }

    private static void AssertFindsInSeven(VectorIndex index, List<string> expected)
    {
        Fill(index, Documents / 7);
        foreach (int threads in (int[])[1, 3])
        {
            using IndexReader reader = index.Read(threads);
            Assert.Equal(7, reader.Statistics().Segments);
            Assert.Equal(expected, Found(reader));
        }
    }

    // Deletes and replaces, too: a replaced document comes last, wherever it was. Few values, so that scores tie.
    private static void Fill(VectorIndex index, int commitAfter)
    {
        for (int i = 0; i < Documents; i++)
        {
            index.Upsert(Of(i, i % 90));
            if (i % 11 == 10)
                index.Delete($"{i - 5}");
            if (i % 13 == 12)
                index.Upsert(Of(i - 12, i % 90 + 1000));
            if ((i + 1) % commitAfter == 0)
                index.Commit();
        }
        index.Commit();
    }

    private static IndexDocument Of(int number, int seed) => Document($"{number}", Vectors(seed, 1 + number % 3)) with
    {
        Terms = [.. Enumerable.Range(0, 1 + number % 3).Select(row => Terms(seed + row))],
        Attributes = [new IndexAttribute("number", number)],
    };

    private static string[] Terms(int seed) =>
        [.. Enumerable.Range(0, 3 + seed % 4).Select(i => s_words[(seed + i * i) % (4 + seed % 3)])];

    // All that a reader can be asked, as lines of keys, numbers and bits.
    private static List<string> Found(IndexReader reader)
    {
        var lines = new List<string>();
        var hits = new Hit[15];
        var mixed = new HybridHit[15];
        IdSet some = reader.Where(IndexFilter.Parse("number>=100"));
        var hybrid = new HybridSearch(reader);
        float[] queries = [.. Vectors(3, 1), .. Vectors(1004, 1), .. Vectors(999, 1)];
        SearchOptions[] limits =
        [
            new() { Oversampling = 1 }, new() { Oversampling = 3, Allowed = some }, new() { MinScore = 0.1f },
        ];
        if (reader.Definition.Lists > 0)
            limits = [.. limits, new() { Probes = 2, Oversampling = 2 }, new() { Probes = 5, Allowed = some }];
        foreach (SearchOptions options in limits)
        {
            var alone = new List<string>();
            for (int i = 0; i < 3; i++)
            {
                ReadOnlySpan<float> query = queries.AsSpan(i * Dimensions, Dimensions);
                alone.AddRange(Lines(hits[..reader.Search(query, hits, options)]));
                foreach (HybridHit hit in mixed[..hybrid.Search(query, ["ship", "rope"], mixed, options)])
                    lines.Add($"{Name(reader, hit.Id)} {Bits(hit.Score)} {Bits(hit.Similarity)} {Bits(hit.Terms)}");
            }
            var many = new Hit[45];
            int[] found = new int[3];
            reader.Search(queries, 15, many, found, options);
            Assert.Equal(alone, Enumerable.Range(0, 3).SelectMany(i => Lines(many[(15 * i)..(15 * i + found[i])])));
            lines.AddRange(alone);
        }
        foreach (string[] terms in (string[][])[["ship"], ["oar", "sea", "sea"]])
            lines.AddRange(Lines(hits[..reader.SearchTerms(terms, hits, some)]));
        return lines;

        IEnumerable<string> Lines(Hit[] some) => some.Select(hit => $"{Name(reader, hit.Id)} {Bits(hit.Score)}");
    }

    private static string Bits(float value) => BitConverter.SingleToUInt32Bits(value).ToString("X8", System.Globalization.CultureInfo.InvariantCulture);
}
