using System.Text;
using Sextant.Indexes;
using Sextant.Search;
using static Sextant.Tests.Indexes.SomeDocuments;

namespace Sextant.Tests.Indexes;

/// <summary>What readers and writers see of each other.</summary>
public sealed class IndexCommitTests : IDisposable
{
    private readonly ScratchIndex _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void AReaderKeepsItsCommitWhileAWriterGoesOn()
    {
        using VectorIndex writer = VectorIndex.Create(_scratch.Path, Float32);
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
            Directory.GetFiles(_scratch.Path).Select(Path.GetFileName).Where(name =>
                !name!.StartsWith("segment-", StringComparison.Ordinal)).Order());
    }

    [Fact]
    public void ReadersOpenWhileAWriterCommitsAndCompacts()
    {
        using (VectorIndex first = VectorIndex.Create(_scratch.Path, IndexWriting.Rounds.Definition))
            IndexWriting.Rounds.Write(first, 1);
        using var stop = new CancellationTokenSource();
        var writing = new Thread(() =>
        {
            using VectorIndex writer = VectorIndex.Open(new FaultyFolder(_scratch.Path, 0));
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
    public void AReaderMayBeReplacedWhileOthersSearch()
    {
        using (VectorIndex writer = VectorIndex.Create(_scratch.Path, Float32))
        {
            for (int i = 0; i < 100; i++)
                writer.Upsert(Document($"d{i}", Vectors(i, 10)));
            writer.Commit();
        }
        IndexReader reader = IndexReader.Open(_scratch.Path);
        float[] query = Vectors(7, 1);
        var expected = new Hit[10];
        reader.Search(query, expected);
        var problems = new System.Collections.Concurrent.ConcurrentBag<Exception>();
        int refused = 0;
        Thread[] threads = [.. Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            var hits = new Hit[10];
            for (int i = 0; i < 300; i++)
            {
                try
                {
                    IndexReader seen = Volatile.Read(ref reader);
                    seen.Search(query, hits);
                    Assert.Equal(expected, hits);
                    Assert.Equal("d7", seen.Key(seen.IdsOf("d7").First));
                }
                catch (ObjectDisposedException)
                {
                    Interlocked.Increment(ref refused); // it was replaced between two calls; the next is there
                }
                catch (Exception problem)
                {
                    problems.Add(problem);
                }
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        while (threads.Any(thread => thread.IsAlive))
            Interlocked.Exchange(ref reader, IndexReader.Open(_scratch.Path)).Dispose();
        reader.Dispose();
        Assert.Empty(problems);
        Assert.InRange(refused, 0, 1199);
    }

    [Fact]
    public void AnIndexThatIsNotWholeSaysSo()
    {
        string? Said()
        {
            using IndexReader reader = IndexReader.Open(_scratch.Path);
            return reader.Unfinished;
        }
        byte Version() => File.ReadAllBytes(_scratch.File("manifest"))[8];
        using (VectorIndex writer = VectorIndex.Create(_scratch.Path, Float32))
        {
            Assert.Equal(((string?)null, (byte)1), (Said(), Version()));
            writer.Unfinished = "b…";
            writer.Commit(); // nothing else has changed
            writer.Upsert(Document("a", Vectors(1, 2)));
            Assert.Equal(2, writer.Commit());
            Assert.Equal(2, writer.Commit());
        }
        Assert.Equal(("b…", (byte)2), (Said(), Version()));
        using (VectorIndex writer = VectorIndex.Open(_scratch.Path))
        {
            Assert.Equal("b…", writer.Unfinished);
            writer.Upsert(Document("b", Vectors(2, 2)));
            writer.Commit();
            Assert.Equal("b…", Said());
            writer.Compact();
            Assert.Equal("b…", Said());
            writer.Unfinished = null;
            writer.Commit();
        }
        // Programs that know no other version read what is whole.
        Assert.Equal(((string?)null, (byte)1), (Said(), Version()));
    }

    [Fact]
    public void ASecondWriterIsRefused()
    {
        using (VectorIndex writer = VectorIndex.Create(_scratch.Path, Float32))
        {
            Assert.Contains("another writer",
                Assert.Throws<InvalidIndexException>(() => VectorIndex.Open(_scratch.Path)).Message);
            Assert.Contains("already",
                Assert.Throws<InvalidIndexException>(() => VectorIndex.Create(_scratch.Path, Float32)).Message);
        }
        VectorIndex.Open(_scratch.Path).Dispose();
    }

    [Fact]
    public void WhatIsNotCommittedIsNotThere()
    {
        using (VectorIndex writer = VectorIndex.Create(_scratch.Path, Float32))
        {
            writer.Upsert(Document("a", Vectors(1, 1)));
            Assert.True(writer.Contains("a"));
        }
        using (IndexReader reader = IndexReader.Open(_scratch.Path))
            Assert.Equal((0, 0, 0), (reader.Documents, reader.Count, reader.Search(Vectors(1, 1), new Hit[3])));
        using (VectorIndex writer = VectorIndex.Open(_scratch.Path))
        {
            Assert.False(writer.Contains("a"));
            Assert.False(writer.Delete("a"));
            Assert.Equal(0, writer.Commit());
        }
    }
}
