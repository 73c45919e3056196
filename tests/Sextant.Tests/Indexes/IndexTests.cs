using System.Text;
using Sextant.Codes;
using Sextant.Indexes;
using Sextant.Search;

namespace Sextant.Tests.Indexes;

/// <summary>The index on disk finds what the indexes in memory find, and keeps what it was given.</summary>
[Collection(nameof(MeasuredAlone))]
public sealed class IndexTests : IDisposable
{
    private const int Dimensions = 70;

    private readonly ScratchIndex _scratch = new();

    public void Dispose() => _scratch.Dispose();

    public static TheoryData<VectorCode, Metric> Exact
    {
        get
        {
            var kinds = new TheoryData<VectorCode, Metric>();
            foreach (VectorCode code in (VectorCode[])[VectorCode.Float32, VectorCode.Float16, VectorCode.BFloat16, VectorCode.Int8])
            {
                foreach (Metric metric in Enum.GetValues<Metric>())
                    kinds.Add(code, metric);
            }
            return kinds;
        }
    }

    [Theory]
    [MemberData(nameof(Exact))]
    public void WhatIsFoundIsWhatTheExactIndexFinds(VectorCode code, Metric metric)
    {
        CodeRanges? ranges = code == VectorCode.Int8 ? CodeRanges.Of(Vectors(0, 500), Dimensions) : null;
        var definition = new IndexDefinition
        {
            Dimensions = Dimensions,
            Code = code,
            Rescore = null,
            Metric = metric,
            Ranges = ranges,
        };
        List<(string Key, float[] Vectors)> documents = Change(definition);
        using var expected = new ExactIndex(Dimensions, code, metric, ranges, 1);
        AssertSame(documents, expected);
    }

    [Fact]
    public void WhatIsFoundIsWhatTheRescoredIndexFinds()
    {
        var definition = new IndexDefinition
        {
            Dimensions = Dimensions,
            Code = VectorCode.Binary,
            Rescore = VectorCode.Float32,
        };
        List<(string Key, float[] Vectors)> documents = Change(definition);
        using var expected = new RescoredIndex(Dimensions, 1);
        var added = new List<string>();
        foreach ((string key, float[] vectors) in documents)
        {
            expected.Add(vectors);
            added.AddRange(Enumerable.Range(0, vectors.Length / Dimensions).Select(i => $"{key}#{i}"));
        }
        using IndexReader reader = IndexReader.Open(_scratch.Path);
        // All as candidates, so that ties among candidates do not matter: ids are in another order here.
        var options = new SearchOptions { Oversampling = expected.Count };
        foreach (float[] query in (float[][])[Vectors(99, 1), Vectors(98, 1)])
        {
            var left = new Hit[12];
            var right = new Hit[12];
            Assert.Equal(12, expected.Search(query, left, options));
            Assert.Equal(12, reader.Search(query, right, options));
            Assert.Equal(left.Select(hit => (added[hit.Id], hit.Score)), right.Select(hit => (Name(reader, hit.Id), hit.Score)));
        }
    }

    [Theory]
    [InlineData(Metric.Dot)]
    [InlineData(Metric.Cosine)]
    public void SignsAloneAreScoredByTheirSumWithTheQuery(Metric metric)
    {
        var definition = new IndexDefinition { Dimensions = Dimensions, Code = VectorCode.Binary, Rescore = null, Metric = metric };
        List<(string Key, float[] Vectors)> documents = Change(definition);
        float[] query = Vectors(5, 1);
        double length = metric == Metric.Cosine ? Math.Sqrt(query.Sum(v => (double)v * v)) : 1;
        var scores = new Dictionary<string, double>();
        foreach ((string key, float[] vectors) in documents)
        {
            for (int row = 0; row < vectors.Length / Dimensions; row++)
            {
                scores[$"{key}#{row}"] = Enumerable.Range(0, Dimensions).Sum(
                    i => vectors[row * Dimensions + i] > 0 ? (double)query[i] : -query[i]) / Math.Sqrt(Dimensions) / length;
            }
        }
        using IndexReader reader = IndexReader.Open(_scratch.Path);
        var hits = new Hit[scores.Count + 3];
        Assert.Equal(scores.Count, reader.Search(query, hits));
        Assert.All(hits[..scores.Count], hit => Assert.Equal(scores[Name(reader, hit.Id)], hit.Score, 1e-5));
        for (int i = 1; i < scores.Count; i++)
            Assert.True(hits[i - 1].IsBefore(hits[i]));
    }

    [Fact]
    public void FiltersHoldWithinTheSearch()
    {
        using (IndexWriter writer = IndexWriter.Create(_scratch.Path, Float32))
        {
            for (int i = 0; i < 300; i++)
            {
                writer.Upsert(Document($"d{i}", Vectors(i, 1 + i % 3)) with
                {
                    Attributes = i % 10 == 0
                        ? []
                        : [new IndexAttribute("lang", i % 2 == 0 ? "en" : i % 3 == 0 ? "de" : "fr"), new IndexAttribute("year", 2000 + i % 30)],
                });
                if (i % 50 == 49)
                    writer.Commit();
            }
            writer.Delete("d2");
            writer.Commit();
        }
        using IndexReader reader = IndexReader.Open(_scratch.Path);
        (string[] Conditions, Func<int, bool> Expected)[] cases =
        [
            (["lang=en"], i => i % 10 != 0 && i % 2 == 0),
            (["lang!=en"], i => i % 10 != 0 && i % 2 != 0),
            (["lang in (de, fr)"], i => i % 10 != 0 && i % 2 != 0),
            (["year>=2020", "year<2025"], i => i % 10 != 0 && i % 30 is >= 20 and < 25),
            (["year in (2001,2003)", "lang=de"], i => i % 10 != 0 && i % 2 != 0 && i % 3 == 0 && i % 30 is 1 or 3),
            (["lang=it"], i => false),
            ([], i => true),
        ];
        foreach ((string[] conditions, Func<int, bool> expected) in cases)
        {
            IdSet allowed = reader.Where(IndexFilter.Parse(conditions));
            string[] keys = [.. Enumerable.Range(0, 300).Where(i => i != 2 && expected(i)).Select(i => $"d{i}").Order()];
            Assert.Equal(keys, reader.Keys().Where(key => reader.IdsOf(key) is (int first, > 0) && allowed.Contains(first)).Order());
            var hits = new Hit[reader.Count];
            int found = reader.Search(Vectors(7, 1), hits, new SearchOptions { Allowed = allowed });
            Assert.Equal(keys, hits[..found].Select(hit => reader.Key(hit.Id)).Distinct().Order());
            Assert.Equal(allowed.Count, found);
        }
        Assert.Contains("lang, year", Assert.Throws<ArgumentException>(() => reader.Where(IndexFilter.Parse("size=3"))).Message);
        Assert.Throws<ArgumentException>(() => reader.Where(IndexFilter.Parse("year=new")));
        Assert.Throws<ArgumentException>(() => IndexFilter.Parse("year"));
        // A set that somebody else made may have deleted ids in it; they are not found all the same.
        var all = new IdSet(reader.Ids, _ => true);
        var every = new Hit[reader.Count + 10];
        Assert.Equal(reader.Count, reader.Search(Vectors(7, 1), every, new SearchOptions { Allowed = all }));
    }

    [Fact]
    public void AReaderKeepsItsCommitWhileAWriterGoesOn()
    {
        using IndexWriter writer = IndexWriter.Create(_scratch.Path, Float32);
        writer.Upsert(Document("a", Vectors(1, 2)));
        writer.Commit();
        using IndexReader before = IndexReader.Open(_scratch.Path);
        for (int i = 0; i < 20; i++)
        {
            writer.Upsert(Document("a", Vectors(i, 3)));
            writer.Upsert(Document($"b{i}", Vectors(i, 1)));
            writer.Commit();
        }
        writer.Compact();
        using IndexReader after = IndexReader.Open(_scratch.Path);
        Assert.Equal((1, 2, 1), (before.Documents, before.Count, before.Commit));
        Assert.Equal((21, 23, 22), (after.Documents, after.Count, after.Commit));
        before.Verify();
        Assert.Equal("a#0", Name(before, before.IdsOf("a").First));
        Assert.Equal("payload a 1", Encoding.UTF8.GetString(before.Payload(before.IdsOf("a").First + 1)));
        Assert.Equal(1, after.Statistics().Segments);
        Assert.Equal(
            ["definition", "lock", "manifest"],
            Directory.GetFiles(_scratch.Path).Select(Path.GetFileName).Where(name => !name!.StartsWith("segment-", StringComparison.Ordinal)).Order());
    }

    [Fact]
    public void ReadersOpenWhileAWriterCommitsAndCompacts()
    {
        using (IndexWriter first = IndexWriter.Create(_scratch.Path, IndexWriting.Rounds.Definition))
            IndexWriting.Rounds.Write(first, 1);
        using var stop = new CancellationTokenSource();
        var writing = new Thread(() =>
        {
            using IndexWriter writer = IndexWriter.Open(new FaultyFolder(_scratch.Path, 0));
            for (long round = 2; !stop.IsCancellationRequested; round++)
                IndexWriting.Rounds.Write(writer, round);
        });
        writing.Start();
        long last = 1;
        for (int i = 0; i < 40; i++)
            last = ScratchIndex.AssertIsSomeRound(_scratch.Path, last, long.MaxValue);
        stop.Cancel();
        writing.Join();
    }

    [Fact]
    public void ASecondWriterIsRefused()
    {
        using (IndexWriter writer = IndexWriter.Create(_scratch.Path, Float32))
        {
            Assert.Contains("another writer", Assert.Throws<InvalidIndexException>(() => IndexWriter.Open(_scratch.Path)).Message);
            Assert.Contains("already", Assert.Throws<InvalidIndexException>(() => IndexWriter.Create(_scratch.Path, Float32)).Message);
        }
        IndexWriter.Open(_scratch.Path).Dispose();
    }

    [Fact]
    public void WhatIsNotCommittedIsNotThere()
    {
        using (IndexWriter writer = IndexWriter.Create(_scratch.Path, Float32))
        {
            writer.Upsert(Document("a", Vectors(1, 1)));
            Assert.True(writer.Contains("a"));
        }
        using (IndexReader reader = IndexReader.Open(_scratch.Path))
            Assert.Equal((0, 0, 0), (reader.Documents, reader.Count, reader.Search(Vectors(1, 1), new Hit[3])));
        using (IndexWriter writer = IndexWriter.Open(_scratch.Path))
        {
            Assert.False(writer.Contains("a"));
            Assert.False(writer.Delete("a"));
            Assert.Equal(0, writer.Commit());
        }
    }

    [Fact]
    public void WhatDoesNotFitIsRefusedAndChangesNothing()
    {
        using IndexWriter writer = IndexWriter.Create(_scratch.Path, Float32);
        writer.Upsert(Document("a", Vectors(1, 1)) with { Attributes = [new IndexAttribute("n", 1)] });
        Assert.Throws<ArgumentException>(() => writer.Upsert(Document("b", new float[3])));
        Assert.Throws<ArgumentException>(() => writer.Upsert(Document("b", [.. Vectors(1, 1)[1..], float.NaN])));
        Assert.Throws<ArgumentException>(() => writer.Upsert(Document("", Vectors(1, 1))));
        Assert.Throws<ArgumentException>(() => writer.Upsert(Document("b", Vectors(1, 2)) with { Payloads = [default] }));
        Assert.Throws<ArgumentException>(
            () => writer.Upsert(Document("b", Vectors(1, 1)) with { Attributes = [new IndexAttribute("n", "one")] }));
        writer.Commit();
        using IndexReader reader = IndexReader.Open(_scratch.Path);
        Assert.Equal(["a"], reader.Keys());
        Assert.Throws<ArgumentException>(() => reader.Search(new float[3], new Hit[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => reader.Payload(1));
    }

    [Fact]
    public void AnotherModelIsRefusedByName()
    {
        IndexDefinition definition = Float32 with { Properties = [new("weights", "aa"), new("pooling", "mean")] };
        IndexWriter.Create(_scratch.Path, definition).Dispose();
        using IndexReader reader = IndexReader.Open(_scratch.Path);
        reader.Definition.RequireSame(_scratch.Path, [new("weights", "aa")]);
        InvalidIndexException problem = Assert.Throws<InvalidIndexException>(
            () => reader.Definition.RequireSame(_scratch.Path, [new("weights", "aa"), new("pooling", "cls")]));
        Assert.Contains("pooling is mean; that of this model is cls", problem.Message);
    }

    [Fact]
    public void DamageIsRefusedByName()
    {
        using (IndexWriter writer = IndexWriter.Create(_scratch.Path, Float32))
        {
            writer.Upsert(Document("a", Vectors(1, 3)));
            writer.Upsert(Document("b", Vectors(2, 3)));
            writer.Commit();
            writer.Delete("b");
            writer.Commit();
        }
        string segment = Directory.GetFiles(_scratch.Path, "segment-*").Single();
        string deletes = Directory.GetFiles(_scratch.Path, "deletes-*").Single();
        Assert.Contains("there is no such index", Problem(() => IndexReader.Open(_scratch.Path + "x").Dispose()));
        Damaged(_scratch.File("manifest"), 0, "is not the manifest of an index");
        Damaged(_scratch.File("manifest"), 8, "has format version");
        Damaged(_scratch.File("manifest"), 30, "its body does not have its checksum");
        Damaged(_scratch.File("definition"), 30, "definition: is damaged");
        Damaged(segment, 8, "has format version");
        Damaged(segment, 20, "its header does not have its checksum");
        Damaged(deletes, 27, "its body does not have its checksum");
        Damaged(segment, (int)(new FileInfo(segment).Length - 3), "its table of sections does not have its checksum");
        foreach (string name in (string[])["FirstRows", "KeyOffsets", "Keys", "KeyHashes", "KeyOrder", "Codes", "PayloadOffsets", "Payloads"])
        {
            long place = PlaceOf(name);
            Damaged(segment, (int)place, $"its section {name} does not have its checksum");
        }
        File.Delete(segment);
        Assert.Contains("cannot be read", Problem(() => IndexReader.Open(_scratch.Path).Dispose()));

        static string Problem(Action action) => Assert.Throws<InvalidIndexException>(action).Message;

        long PlaceOf(string name)
        {
            using MappedFile file = MappedFile.Open(segment, (ulong)new FileInfo(segment).Length);
            Manifest manifest = Manifest.Read(_scratch.Path);
            Assert.Contains(SegmentFile.ReadSections(file, manifest.Segments[0]), one => one.Label == name);
            int index = SegmentFile.ReadSections(file, manifest.Segments[0]).FindIndex(one => one.Label == name);
            return (index + 1) * 4096; // all sections of this index are shorter than a page
        }

        void Damaged(string file, int place, string expected)
        {
            byte[] whole = File.ReadAllBytes(file);
            byte[] damaged = [.. whole];
            damaged[place] ^= 0x40;
            File.WriteAllBytes(file, damaged);
            Assert.Contains(expected, Problem(() =>
            {
                using IndexReader reader = IndexReader.Open(_scratch.Path);
                reader.Verify();
            }));
            File.WriteAllBytes(file, whole);
        }
    }

    [Fact]
    public void ASearchAllocatesNothing()
    {
        foreach (IndexDefinition definition in (IndexDefinition[])
            [Float32, new() { Dimensions = Dimensions }, new() { Dimensions = Dimensions, Rescore = null }])
        {
            using var scratch = new ScratchIndex();
            using (IndexWriter writer = IndexWriter.Create(scratch.Path, definition))
            {
                for (int i = 0; i < 100; i++)
                    writer.Upsert(Document($"d{i}", Vectors(i, 10)));
                writer.Commit();
                writer.Delete("d3");
                writer.Commit();
            }
            using IndexReader reader = IndexReader.Open(scratch.Path);
            float[] query = Vectors(3, 1);
            var hits = new Hit[10];
            Assert.Equal(0, Allocations.WhenSteady(() => reader.Search(query, hits)));
        }
    }

    private static IndexDefinition Float32 => new() { Dimensions = Dimensions, Code = VectorCode.Float32, Rescore = null };

    // Adds, replaces, deletes and compacts at random, and returns what must be left.
    private List<(string Key, float[] Vectors)> Change(IndexDefinition definition)
    {
        var random = new Random(4711);
        var left = new Dictionary<string, float[]>();
        using IndexWriter writer = IndexWriter.Create(new FaultyFolder(_scratch.Path, 0), definition);
        for (int step = 0; step < 400; step++)
        {
            string key = $"doc {random.Next(120)} ü";
            if (random.Next(5) == 0)
            {
                Assert.Equal(left.Remove(key), writer.Delete(key));
            }
            else
            {
                left[key] = Vectors(step, random.Next(4));
                writer.Upsert(Document(key, left[key]));
            }
            if (random.Next(20) == 0)
                writer.Commit();
            if (random.Next(150) == 0)
                writer.Compact();
        }
        writer.Commit();
        return [.. left.Select(one => (one.Key, one.Value))];
    }

    private void AssertSame(List<(string Key, float[] Vectors)> documents, ExactIndex expected)
    {
        var added = new List<string>();
        foreach ((string key, float[] vectors) in documents)
        {
            expected.Add(vectors);
            added.AddRange(Enumerable.Range(0, vectors.Length / Dimensions).Select(i => $"{key}#{i}"));
        }
        using IndexReader reader = IndexReader.Open(_scratch.Path);
        Assert.Equal((documents.Count, expected.Count), (reader.Documents, reader.Count));
        foreach (float[] query in (float[][])[Vectors(99, 1), documents.First(one => one.Vectors.Length > 0).Vectors[..Dimensions]])
        {
            var left = new Hit[expected.Count];
            var right = new Hit[expected.Count + 2];
            Assert.Equal(expected.Count, expected.Search(query, left));
            Assert.Equal(expected.Count, reader.Search(query, right));
            Assert.Equal(
                left.Select(hit => (hit.Score, added[hit.Id])).Order(),
                right[..expected.Count].Select(hit => (hit.Score, Name(reader, hit.Id))).Order());
            for (int i = 1; i < expected.Count; i++)
                Assert.True(right[i - 1].IsBefore(right[i]));
        }
        foreach (string one in added)
            Assert.True(reader.Contains(one[..one.LastIndexOf('#')]));
    }

    private static string Name(IndexReader reader, int id)
    {
        string name = $"{reader.Key(id)}#{reader.Number(id)}";
        Assert.Equal($"payload {reader.Key(id)} {reader.Number(id)}", Encoding.UTF8.GetString(reader.Payload(id)));
        return name;
    }

    private static IndexDocument Document(string key, float[] vectors) => new()
    {
        Key = key,
        Vectors = vectors,
        Payloads = [.. Enumerable.Range(0, vectors.Length / Dimensions).Select(
            i => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes($"payload {key} {i}"))],
    };

    private static float[] Vectors(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count * Dimensions).Select(_ => random.NextSingle() - 0.5f)];
    }
}
