using Sextant.Codes;
using Sextant.Indexes;
using Sextant.Runtime;
using Sextant.Search;
using static Sextant.Tests.Indexes.SomeDocuments;

namespace Sextant.Tests.Indexes;

/// <summary>An index in memory: its commits, its readers, and when its memory goes.</summary>
[Collection(nameof(MeasuredAlone))]
public sealed class MemoryIndexTests
{
    [Fact]
    public void AReaderSeesItsCommitWhateverComesAfter()
    {
        using VectorIndex index = VectorIndex.Create(Float32);
        index.Upsert(Document("a", Vectors(1, 2)));
        using (IndexReader empty = index.Read())
        {
            Assert.Equal((0L, 0, 0), (empty.Commit, empty.Count, empty.Documents));
            Assert.Equal(0, empty.Search(Vectors(1, 1), new Hit[3]));
        }
        Assert.Equal(1, index.Commit());
        using IndexReader first = index.Read();
        index.Delete("a");
        index.Upsert(Document("b", Vectors(2, 3)));
        Assert.Equal((1L, 2, 1), (first.Commit, first.Count, first.Documents));
        index.Commit();
        index.Compact();
        using IndexReader second = index.Read();
        index.Dispose();
        Assert.Throws<ObjectDisposedException>(() => index.Read());
        Assert.Throws<ObjectDisposedException>(() => index.Upsert(Document("c", Vectors(2, 3))));
        Assert.Equal(["a"], first.Keys());
        Assert.Equal(["b"], second.Keys());
        Assert.True(first.Contains("a") && !first.Contains("b") && second.Contains("b"));
        var hits = new Hit[5];
        Assert.Equal(2, first.Search(Vectors(1, 1), hits));
        Assert.Equal("a#0", Name(first, hits.MaxBy(hit => hit.Score).Id));
        Assert.Equal(3, second.Search(Vectors(1, 1), hits));
        first.Verify();
        second.Verify();
    }

    [Fact]
    public void ManyCommitsOfFewDocumentsLeaveFewSegments()
    {
        const int Commits = 300;
        var definition = Float32 with { KeepsTerms = true };
        using VectorIndex index = VectorIndex.Create(definition);
        using VectorIndex once = VectorIndex.Create(definition);
        for (int i = 0; i < Commits; i++)
        {
            IndexDocument one = Document($"{i % 200}", Vectors(i, 1 + i % 3)) with
            {
                Terms = [.. Enumerable.Range(0, 1 + i % 3).Select(row => (string[])[$"t{row}", "all"])],
            };
            index.Upsert(one);
            once.Upsert(one);
            Assert.Equal(i + 1, index.Commit());
            Assert.InRange(index.Segments, 1, 32);
        }
        once.Commit();
        using IndexReader expected = once.Read();
        using IndexReader reader = index.Read();
        Assert.Equal((expected.Documents, expected.Count), (reader.Documents, reader.Count));
        Assert.Equal(expected.Keys(), reader.Keys());
        var left = new Hit[reader.Count];
        var right = new Hit[reader.Count];
        Assert.Equal(left.Length, expected.Search(Vectors(7, 1), left));
        Assert.Equal(right.Length, reader.Search(Vectors(7, 1), right));
        Assert.Equal(
            left.Select(hit => (Name(expected, hit.Id), hit.Score)), right.Select(hit => (Name(reader, hit.Id), hit.Score)));
        Assert.Equal(expected.SearchTerms(["t2", "all"], left), reader.SearchTerms(["t2", "all"], right));
        Assert.Equal(
            left.Select(hit => (Name(expected, hit.Id), hit.Score)), right.Select(hit => (Name(reader, hit.Id), hit.Score)));
    }

    [Fact]
    public void WhatIsRefusedChangesNothing()
    {
        Assert.Throws<ArgumentException>(() => VectorIndex.Create(Float32 with { Rescore = VectorCode.Float16 }));
        using VectorIndex index = VectorIndex.Create(Float32);
        float[] wrong = Vectors(1, 2);
        wrong[100] = float.NaN;
        Assert.Throws<ArgumentException>(() => index.Upsert(Document("a", wrong)));
        Assert.Throws<ArgumentException>(() => index.Upsert(new IndexDocument { Key = "b", Vectors = new float[7] }));
        Assert.False(index.Contains("a") || index.Contains("b"));
        Assert.Equal(0, index.Commit());
    }

    [Fact]
    public void MemoryGoesWithTheLastThatHasIt()
    {
        long before = NativeBlock.LiveBytes;
        VectorIndex index = VectorIndex.Create(Float32);
        index.Upsert(Document("a", Vectors(1, 1000)));
        index.Commit();
        IndexReader reader = index.Read();
        index.Upsert(Document("a", Vectors(2, 10)));
        index.Commit(); // nothing is left of the first segment, but the reader has it
        long both = NativeBlock.LiveBytes;
        Assert.True(both - before > 1000 * Dimensions * sizeof(float));
        reader.Dispose();
        Assert.True(both - NativeBlock.LiveBytes > 1000 * Dimensions * sizeof(float));
        index.Dispose();
        index.Dispose();
        Assert.Equal(before, NativeBlock.LiveBytes);
    }

    // One thread adds, replaces, deletes and compacts; others see whole commits: as many documents as the commit's
    // number says, all of one generation.
    [Fact]
    public async Task ThreadsSearchWhileOneWrites()
    {
        const int Commits = 60;
        using VectorIndex index = VectorIndex.Create(new IndexDefinition { Dimensions = Dimensions });
        bool ended = false;
        int searches = 0;
        Task[] readers = [.. Enumerable.Range(0, 3).Select(thread => Task.Run(() =>
        {
            var hits = new Hit[Commits + 1];
            while (!Volatile.Read(ref ended))
            {
                using IndexReader reader = index.Read();
                int found = reader.Search(Vectors(thread, 1), hits);
                Assert.Equal(reader.Commit == 0 ? 0 : (int)reader.Attributes(hits[0].Id)[0].Number, found);
                for (int i = 0; i < found; i++)
                {
                    Assert.Equal(found, reader.Attributes(hits[i].Id)[0].Number);
                    _ = Name(reader, hits[i].Id);
                }
                Interlocked.Increment(ref searches);
            }
        }))];
        for (int round = 1; round <= Commits; round++)
        {
            for (int i = 0; i < round; i++)
            {
                index.Upsert(Document($"{i}", Vectors(round + i, 1)) with
                {
                    Attributes = [new IndexAttribute("round", round)],
                });
            }
            _ = round % 7 == 0 ? index.Compact() : index.Commit();
        }
        while (Volatile.Read(ref searches) < 20 && !readers.Any(one => one.IsCompleted))
            await Task.Yield();
        Volatile.Write(ref ended, true);
        await Task.WhenAll(readers);
    }

    [Theory]
    [InlineData(VectorCode.Float32)]
    [InlineData(VectorCode.Binary)]
    public void NumbersOfVectorsAreTheirIds(VectorCode code)
    {
        // More than a segment's piece: ids go on without a gap.
        const int Wide = 4096, Count = 5000;
        var random = new Random(3);
        float[] vectors = new float[Wide * Count];
        foreach (ref float value in vectors.AsSpan())
            value = random.NextSingle() - 0.5f;
        var definition = new IndexDefinition { Dimensions = Wide, Code = code, Rescore = null };
        using IndexReader reader = IndexReader.Of(definition, vectors, threads: 1);
        Assert.Equal((Count, Count), (reader.Count, reader.Ids));
        var hit = new Hit[1];
        foreach (int id in (int[])[0, 63, 4095, 4096, 4999])
        {
            Assert.Equal(1, reader.Search(vectors.AsSpan(id * Wide, Wide), hit));
            Assert.Equal(id, hit[0].Id);
        }
        Assert.Throws<ArgumentException>(() => IndexReader.Of(definition, new float[Wide + 1]));
    }

    [Fact]
    public void ADisposedReaderRefusesWhatItIsAsked()
    {
        IndexReader reader = IndexReader.Of(Float32, Vectors(1, 5), threads: 2);
        reader.Dispose();
        reader.Dispose();
        Assert.Throws<ObjectDisposedException>(() => reader.Search(Vectors(1, 1), new Hit[1]));
        Assert.Throws<ObjectDisposedException>(() => reader.Search(Vectors(1, 2), 1, new Hit[2], new int[2]));
    }
}
