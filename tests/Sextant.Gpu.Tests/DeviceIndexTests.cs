using Sextant.Codes;
using Sextant.Indexes;
using Sextant.Search;
using Sextant.Tests;

namespace Sextant.Gpu.Tests;

/// <summary>An index on disk that is scanned on a device finds what the reader finds, in the same order.</summary>
public sealed class DeviceIndexTests : IDisposable
{
    private const int Dimensions = 100;

    private readonly string _root = Directory.CreateTempSubdirectory("sextant-device-index-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData(VectorCode.Binary, VectorCode.Float16, false, Metric.Cosine)]
    [InlineData(VectorCode.Binary, null, false, Metric.Cosine)]
    [InlineData(VectorCode.Binary, VectorCode.Float32, true, Metric.Cosine)]
    [InlineData(VectorCode.Int8, null, false, Metric.Cosine)]
    [InlineData(VectorCode.Int8, null, false, Metric.SquaredDistance)]
    [InlineData(VectorCode.Int8, null, false, Metric.Dot)]
    [InlineData(VectorCode.Float16, null, false, Metric.SquaredDistance)]
    [InlineData(VectorCode.Float16, null, true, Metric.Cosine)]
    [InlineData(VectorCode.BFloat16, null, false, Metric.Dot)]
    [InlineData(VectorCode.Float32, null, false, Metric.Cosine)]
    public void HitsAreTheReadersOwn(VectorCode code, VectorCode? rescore, bool turns, Metric metric)
    {
        float[] sample = Vectors(1, 300);
        using IndexReader reader = Write(new IndexDefinition
        {
            Dimensions = Dimensions,
            Code = code,
            Metric = metric,
            Ranges = code == VectorCode.Int8 ? CodeRanges.Of(sample, Dimensions) : null,
            Rescore = rescore,
            Transform = turns ? LinearTransform.Fit(sample, Dimensions, 60) : null,
        });
        float minScore = metric == Metric.SquaredDistance ? -17f : -0.2f;
        IdSet some = reader.Where(IndexFilter.Parse("part=3"));
        foreach (IdSet? allowed in (IdSet?[])[null, some])
        {
            using var index = new DeviceIndex(DeviceHere.Device, reader, allowed);
            Assert.Equal(allowed?.Count ?? reader.Count, index.Count);
            for (int round = 0; round < 5; round++)
            {
                float[] query = Vectors(round + 100, 1);
                var expected = new Hit[25];
                var hits = new Hit[25];
                var limits = new SearchOptions
                {
                    Oversampling = round + 1,
                    MinScore = minScore,
                    QueryBits = code == VectorCode.Binary ? ((int?[])[null, 1, 4, 8, 4])[round] : null,
                };
                int count = reader.Search(query, expected, limits with { Allowed = allowed });
                Assert.Equal(count, index.Search(query, hits, limits));
                Assert.Equal(expected, hits);
                // What is allowed by a search alone, which may be what was not copied.
                var odd = new IdSet(reader.Ids, id => id % 2 == 1);
                IdSet both = reader.Where(IndexFilter.Parse());
                both.IntersectWith(odd);
                both.IntersectWith(allowed ?? both);
                Array.Clear(expected);
                Array.Clear(hits);
                count = reader.Search(query, expected, limits with { Allowed = both });
                Assert.Equal(count, index.Search(query, hits, limits with { Allowed = odd }));
                Assert.Equal(expected, hits);
            }
        }
    }

    [Theory]
    [InlineData(VectorCode.Binary)]
    [InlineData(VectorCode.Float16)]
    public void ASearchAllocatesNothing(VectorCode code)
    {
        using IndexReader reader = Write(new IndexDefinition
        {
            Dimensions = Dimensions,
            Code = code,
            Rescore = code == VectorCode.Binary ? VectorCode.Float16 : null,
        });
        using var index = new DeviceIndex(DeviceHere.Device, reader);
        float[] query = Vectors(7, 1);
        var hits = new Hit[10];
        var some = new SearchOptions { Allowed = new IdSet(reader.Ids, id => id % 3 == 0) };
        SearchOptions? signs = code == VectorCode.Binary ? some with { QueryBits = 1 } : some;
        Assert.Equal(0, Allocations.WhenSteady(() =>
        {
            index.Search(query, hits, signs);
            index.Search(query, hits);
            index.Search(query, hits, some);
        }));
    }

    [Fact]
    public void WhatADeviceDoesNotScanIsRefused()
    {
        using IndexReader reader = Write(new IndexDefinition
        {
            Dimensions = Dimensions,
            Code = VectorCode.ResidualBinary,
            ResidualBinary = ResidualBinaryCode.Fit(Vectors(1, 300), Dimensions, 2),
            Rescore = null,
        });
        string message = Assert.Throws<UnsupportedRequestException>(
            () => new DeviceIndex(DeviceHere.Device, reader)).Message;
        Assert.Contains("int8; this index scans ResidualBinary codes", message);
        Directory.Delete(_root, recursive: true);
        using IndexReader binary = Write(new IndexDefinition { Dimensions = Dimensions });
        Assert.Throws<UnsupportedRequestException>(() => new DeviceIndex(Backends.Device.Cpu, binary));
        using var index = new DeviceIndex(DeviceHere.Device, binary);
        var limited = new SearchOptions { Allowed = new IdSet(binary.Ids - 1) };
        Assert.Throws<ArgumentException>(() => index.Search(Vectors(1, 1), new Hit[1], limited));
    }

    // Several segments, with deleted documents.
    private IndexReader Write(IndexDefinition definition)
    {
        using (VectorIndex writer = VectorIndex.Create(_root, definition))
        {
            for (int i = 0; i < 90; i++)
            {
                writer.Upsert(new IndexDocument
                {
                    Key = $"{i}",
                    Vectors = Vectors(i, 1 + (i % 20)),
                    Attributes = [new IndexAttribute("part", i % 5)],
                });
                if (i % 30 == 29)
                    writer.Commit();
            }
            for (int i = 0; i < 90; i += 7)
                writer.Delete($"{i}");
            writer.Commit();
        }
        return IndexReader.Open(_root);
    }

    private static float[] Vectors(int seed, int count)
    {
        var random = new Random(seed);
        float[] vectors = new float[count * Dimensions];
        for (int i = 0; i < vectors.Length; i++)
            vectors[i] = random.NextSingle() - 0.5f;
        return vectors;
    }
}
