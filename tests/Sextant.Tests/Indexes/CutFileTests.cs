using Sextant.Codes;
using Sextant.Indexes;
using Sextant.IndexWriting;
using Sextant.Search;

namespace Sextant.Tests.Indexes;

/// <summary>A segment that is cut short while a reader has it: every call refuses, and the process lives.</summary>
public sealed class CutFileTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(5000)]
    [InlineData(-1)]
    public void EveryCallRefusesAFileThatWasCut(long left)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows lets no one cut a mapped file");
        using var scratch = new ScratchIndex();
        float[] query = new float[Rounds.Definition.Dimensions];
        query[0] = 1;
        using (VectorIndex writer = VectorIndex.Create(
            new FaultyFolder(scratch.Path, 0), IndexFit.WithLists(Rounds.Definition, Rounds.Document("sample", 1).Vectors.Span, 1)))
        {
            for (long round = 1; round <= 3; round++)
                Rounds.Write(writer, round);
            Rounds.Write(writer, 6); // compacts: one segment
            using IndexReader reader = IndexReader.Open(scratch.Path);
            int id = Enumerable.Range(0, reader.Ids).First(one => reader.Where(IndexFilter.Parse()).Contains(one));
            string key = reader.Key(id);
            string segment = Directory.GetFiles(scratch.Path, "segment-*").Single();
            using (var file = new FileStream(segment, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
                file.SetLength(left < 0 ? file.Length + left : left);
            var hits = new Hit[5];
            Action[] calls =
            [
                () => reader.Search(query, hits), () => reader.Search(query, hits, new SearchOptions { Probes = 2 }),
                () => reader.SearchTerms(Rounds.Terms(3), hits), () => reader.Where(IndexFilter.Parse("round>0")),
                () => reader.Key(id), () => reader.Number(id), () => reader.Payload(id), () => reader.Attributes(id),
                () => reader.Vector(id, new float[reader.KeptDimensions]), () => reader.Contains(key),
                () => reader.AttributesOf(key), () => reader.IdsOf(key), () => reader.Keys().Count(),
                () => reader.CopyCode(id, new byte[5]), reader.Verify, () => writer.Compact(),
            ];
            foreach (Action call in calls)
            {
                InvalidIndexException problem = Assert.Throws<InvalidIndexException>(call);
                Assert.Contains("bytes when it was opened", problem.Message);
            }
            Assert.Equal(reader.Count, reader.Statistics().Passages); // nothing of it is read from the file
        }
        Assert.Contains("is damaged: it has",
            Assert.Throws<InvalidIndexException>(() => IndexReader.Open(scratch.Path)).Message);
    }

    [Fact]
    public void StatisticsAreThoseOfTheSnapshot()
    {
        using var scratch = new ScratchIndex();
        using VectorIndex writer = VectorIndex.Create(new FaultyFolder(scratch.Path, 0), Rounds.Definition);
        for (long round = 1; round <= 3; round++)
            Rounds.Write(writer, round);
        using IndexReader reader = IndexReader.Open(scratch.Path);
        long bytes = Directory.GetFiles(scratch.Path).Sum(file => new FileInfo(file).Length);
        Assert.Equal(bytes, reader.Statistics().Bytes); // 'lock' is empty
        Assert.NotEmpty(Directory.GetFiles(scratch.Path, "deletes-*"));
        for (long round = 4; round <= 6; round++)
            Rounds.Write(writer, round);
        Assert.Equal(bytes, reader.Statistics().Bytes);
        Assert.Equal(3, reader.Statistics().Commit);
    }

    [Theory]
    [InlineData(VectorCode.Float32, new byte[] { 0, 0, 0x80, 0x7F }, false)]
    [InlineData(VectorCode.Float32, new byte[] { 1, 0, 0x80, 0xFF }, false)]
    [InlineData(VectorCode.Float32, new byte[] { 0xFF, 0xFF, 0x7F, 0xFF }, true)]
    [InlineData(VectorCode.Float16, new byte[] { 0, 0x7C, 0, 0 }, false)]
    [InlineData(VectorCode.Float16, new byte[] { 0xFF, 0xFB, 0, 0 }, true)]
    [InlineData(VectorCode.BFloat16, new byte[] { 0, 0, 0x80, 0xFF }, false)]
    [InlineData(VectorCode.BFloat16, new byte[] { 0, 0, 0x7F, 0xFF }, true)]
    [InlineData(VectorCode.Int8, new byte[] { 0xFF, 0xFF, 0xFF, 0xFF }, true)]
    public void NumbersThatAreNotFiniteAreSeenWhereverTheyStand(VectorCode code, byte[] number, bool isFinite)
    {
        for (int length = 4; length <= 160; length += 4)
        {
            for (int at = 0; at < length; at += 4)
            {
                byte[] bytes = new byte[length];
                number.CopyTo(bytes, at);
                Assert.Equal(isFinite, StoredNumbers.AreFinite(bytes, code));
            }
        }
    }
}
