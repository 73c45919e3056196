using System.Text;
using Sextant.Indexes;
using Sextant.IndexWriting;
using Sextant.Search;

namespace Sextant.Tests.Indexes;

/// <summary>A document that comes in parts is the document, and one that does not come to its end is none.</summary>
public sealed class DocumentPartsTests : IDisposable
{
    private readonly ScratchIndex _scratch = new();
    private readonly ScratchIndex _other = new();

    public void Dispose()
    {
        _scratch.Dispose();
        _other.Dispose();
    }

    [Fact]
    public void PartsAreOneDocument()
    {
        using (VectorIndex whole = VectorIndex.Create(_other.Path, Rounds.Definition))
        using (VectorIndex parts = VectorIndex.Create(_scratch.Path, Rounds.Definition))
        {
            for (int round = 3; round < 30; round += 4)
            {
                whole.Upsert(Rounds.Document("before", round));
                parts.Upsert(Rounds.Document("before", round));
                whole.Upsert(Rounds.Document("long", round));
                parts.Upsert(Parts(Rounds.Document("long", round)));
                if (round % 3 == 0)
                    Assert.Equal(whole.Commit(), parts.Commit());
            }
            whole.Compact();
            parts.Compact();
        }
        Assert.Equal(Contents(_other.Path), Contents(_scratch.Path));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void WhatIsNotReadToItsEndLeavesTheOneBefore(bool committed)
    {
        using VectorIndex writer = VectorIndex.Create(_scratch.Path, Rounds.Definition);
        IndexDocument document = Rounds.Document("long", 3);
        writer.Upsert(document);
        if (committed)
            writer.Commit();
        IndexDocument next = Rounds.Document("long", 7) with { Attributes = [new IndexAttribute("new", "text")] };
        Assert.Throws<IOException>(() => writer.Upsert(Parts(next, failAfter: 2)));
        // An attribute of what never came is free to be of another kind.
        writer.Upsert(Rounds.Document("other", 3) with { Attributes = [new IndexAttribute("new", 5)] });
        writer.Commit();
        using IndexReader reader = IndexReader.Open(_scratch.Path);
        reader.Verify();
        Assert.Equal((2, 6), (reader.Documents, reader.Count));
        Assert.Equal(document.Attributes, reader.AttributesOf("long")!);
        Assert.Equal("long 3 0", Encoding.UTF8.GetString(reader.Payload(reader.IdsOf("long").First)));
        writer.Upsert(Parts(next with { Attributes = [] }));
        writer.Compact();
        using IndexReader after = IndexReader.Open(_scratch.Path);
        Assert.Equal("long 7 0", Encoding.UTF8.GetString(after.Payload(after.IdsOf("long").First)));
    }

    [Fact]
    public void WhatCannotReplaceTheOneBeforeIsNotThere()
    {
        IndexDocument document = Rounds.Document("long", 3);
        using (VectorIndex writer = VectorIndex.Create(_scratch.Path, Rounds.Definition))
        {
            writer.Upsert(document);
            writer.Commit();
        }
        string segment = Directory.GetFiles(_scratch.Path, "segment-*").Single();
        using (FileStream file = File.Open(segment, FileMode.Open))
        {
            file.Position = 4 * 4096; // the fourth section: the hashes by which the one before is looked for
            file.WriteByte((byte)~file.ReadByte());
        }
        using (VectorIndex writer = VectorIndex.Open(_scratch.Path))
        {
            IndexDocument next = Rounds.Document("long", 7) with { Attributes = [new IndexAttribute("new", "text")] };
            Action[] attempts = [() => writer.Upsert(next), () => writer.Upsert(Parts(next))];
            foreach (Action attempt in attempts)
                Assert.Contains("KeyHashes", Assert.Throws<InvalidIndexException>(attempt).Message);
            // Its attribute is not known: another kind is not what is refused.
            Assert.Throws<InvalidIndexException>(
                () => writer.Upsert(next with { Attributes = [new IndexAttribute("new", 5)] }));
            writer.Unfinished = "something to commit";
            writer.Commit();
        }
        using IndexReader reader = IndexReader.Open(_scratch.Path);
        Assert.Equal((1, document.Payloads.Count), (reader.Documents, reader.Count));
    }

    [Fact]
    public void WhatDoesNotFitIsRefusedAndNothingChanges()
    {
        using VectorIndex writer = VectorIndex.Create(_scratch.Path, Rounds.Definition);
        IndexDocument document = Rounds.Document("long", 3);
        IndexDocument[] parts = [.. Parts(document)];
        Assert.Throws<ArgumentException>(() => writer.Upsert([]));
        Assert.Throws<ArgumentNullException>(() => writer.Upsert((IEnumerable<IndexDocument>)null!));
        Assert.Throws<ArgumentNullException>(() => writer.Upsert([parts[0], null!]));
        Assert.Throws<ArgumentException>(() => writer.Upsert([parts[0], parts[1] with { Key = "another" }]));
        Assert.Throws<ArgumentException>(
            () => writer.Upsert([parts[0], parts[1] with { Attributes = document.Attributes }]));
        Assert.Throws<ArgumentException>(() => writer.Upsert([parts[0], parts[1] with { Vectors = new float[1] }]));
        Assert.Throws<InvalidOperationException>(() => writer.Upsert(Meddling()));
        Assert.False(writer.Contains("long"));
        Assert.Equal(0, writer.Commit());
        writer.Upsert(parts);
        Assert.Equal(1, writer.Commit());

        IEnumerable<IndexDocument> Meddling()
        {
            yield return parts[0];
            writer.Commit();
        }
    }

    // A part for each vector.
    private static IEnumerable<IndexDocument> Parts(IndexDocument document, int failAfter = int.MaxValue)
    {
        int dimensions = Rounds.Definition.Dimensions;
        for (int i = 0; i < document.Payloads.Count; i++)
        {
            if (i == failAfter)
                throw new IOException("the file is gone.");
            yield return document with
            {
                Vectors = document.Vectors.Slice(i * dimensions, dimensions),
                Payloads = [document.Payloads[i]],
                Terms = [document.Terms[i]],
                Attributes = i == 0 ? document.Attributes : [],
            };
        }
    }

    private static List<string> Contents(string path)
    {
        using IndexReader reader = IndexReader.Open(path);
        reader.Verify();
        var lines = new List<string>();
        var hits = new Hit[50];
        float[] query = Rounds.Document("query", 1).Vectors.ToArray();
        foreach (Hit hit in hits[..reader.Search(query, hits)])
            lines.Add($"{reader.Key(hit.Id)} {Encoding.UTF8.GetString(reader.Payload(hit.Id))} {hit.Score:R}");
        foreach (Hit hit in hits[..reader.SearchTerms(["a1", "b2"], hits)])
            lines.Add($"{Encoding.UTF8.GetString(reader.Payload(hit.Id))} {hit.Score:R}");
        lines.AddRange(reader.AttributesOf("long")!.Select(one => $"{one.Name} {one.Number}"));
        return lines;
    }
}
