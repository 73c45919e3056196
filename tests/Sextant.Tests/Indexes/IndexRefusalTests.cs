using System.Diagnostics;
using Sextant.Codes;
using Sextant.Indexes;
using Sextant.Search;
using static Sextant.Tests.Indexes.SomeDocuments;

namespace Sextant.Tests.Indexes;

/// <summary>What does not fit an index, and what an index is no longer, is refused by name.</summary>
public sealed class IndexRefusalTests : IDisposable
{
    private readonly ScratchIndex _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void WhatDoesNotFitIsRefusedAndChangesNothing()
    {
        using VectorIndex writer = VectorIndex.Create(_scratch.Path, Float32);
        writer.Upsert(Document("a", Vectors(1, 1)) with { Attributes = [new IndexAttribute("n", 1)] });
        Assert.Throws<ArgumentException>(() => writer.Upsert(Document("b", new float[3])));
        Assert.Throws<ArgumentException>(() => writer.Upsert(Document("b", [.. Vectors(1, 1)[1..], float.NaN])));
        Assert.Throws<ArgumentException>(() => writer.Upsert(Document("", Vectors(1, 1))));
        Assert.Throws<ArgumentException>(() =>
            writer.Upsert(Document("b", Vectors(1, 2)) with { Payloads = [default] }));
        Assert.Throws<ArgumentException>(
            () => writer.Upsert(Document("b", Vectors(1, 1)) with { Attributes = [new IndexAttribute("n", "one")] }));
        writer.Commit();
        using IndexReader reader = IndexReader.Open(_scratch.Path);
        Assert.Equal(["a"], reader.Keys());
        Assert.Throws<ArgumentException>(() => reader.Search(new float[3], new Hit[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => reader.Payload(1));
    }

    [Fact]
    public void CodesOfTheEarlierFormulaAreRefused()
    {
        var definition = new IndexDefinition
        {
            Dimensions = Dimensions,
            Code = VectorCode.Int8,
            Rescore = null,
            Ranges = CodeRanges.Of(Vectors(0, 9), Dimensions),
        };
        VectorIndex.Create(_scratch.Path, definition).Dispose();
        string path = _scratch.File(IndexFormat.DefinitionName);
        byte[] body = FramedFile.Read(path, IndexFormat.DefinitionMagic, "a definition");
        Assert.Equal(1 + 64, body[7]); // ranges, rounded down
        body[7] = 1; // as it was written when codes were truncated towards zero
        File.WriteAllBytes(path, FramedFile.Frame(IndexFormat.DefinitionMagic, body));
        InvalidIndexException problem =
            Assert.Throws<InvalidIndexException>(() => DefinitionBody.Read(path, body));
        Assert.Contains("int8 codes of an earlier formula", problem.Message);
        Assert.Throws<InvalidIndexException>(() => IndexReader.Open(_scratch.Path));
    }

    [Fact]
    public void HalfOfASurrogatePairIsRefused()
    {
        // In UTF-8 all halves are one, so that two keys would be one, and a term there twice.
        using VectorIndex writer = VectorIndex.Create(_scratch.Path, Float32 with { KeepsTerms = true });
        foreach ((string key, string attribute, string term) in (ReadOnlySpan<(string, string, string)>)[
            ("\uD800", "x", "t"), ("k\uDC00", "x", "t"), ("k", "\uDFFF\uD800", "t"), ("k", "x", "t\uD83D")])
        {
            IndexDocument document = Document(key, Vectors(1, 1)) with
            {
                Attributes = [new IndexAttribute("a", attribute)],
                Terms = [[term]],
            };
            Assert.Contains("surrogate", Assert.Throws<ArgumentException>(() => writer.Upsert(document)).Message);
        }
        writer.Upsert(Document("\U0001F600", Vectors(1, 1)) with { Terms = [["\U0001F600"]] });
        writer.Commit();
        using IndexReader reader = IndexReader.Open(_scratch.Path);
        Assert.Equal(["\U0001F600"], reader.Keys());
        Assert.Equal(1, reader.SearchTerms(["\U0001F600"], new Hit[3]));
    }

    [Fact]
    public void HalfOfASurrogatePairIsNoKeyThatIsThere()
    {
        using VectorIndex index = VectorIndex.Create(Float32);
        index.Upsert(Document("\uFFFD", Vectors(1, 1)));
        index.Commit();
        using IndexReader reader = index.Read();
        foreach (string half in (string[])["\uD800", "\uDFFF"])
        {
            Assert.False(reader.Contains(half));
            Assert.Null(reader.Document(half));
            Assert.False(index.Contains(half));
            Assert.False(index.Delete(half));
        }
        Assert.True(index.Delete("\uFFFD"));
    }

    [Theory]
    [InlineData(VectorCode.Binary, 1e30f)]
    [InlineData(VectorCode.Float16, 65520f)]
    public void AValueBeyondACodesRangeChangesNothing(VectorCode code, float value)
    {
        var definition = new IndexDefinition
        {
            Dimensions = Dimensions,
            Code = code,
            Rescore = code == VectorCode.Binary ? VectorCode.Float16 : null,
        };
        using (VectorIndex writer = VectorIndex.Create(_scratch.Path, definition))
        {
            writer.Upsert(Document("written", Vectors(1, 2)));
            writer.Commit();
            writer.Upsert(Document("pending", Vectors(2, 2)));
            float[] vectors = Vectors(3, 2);
            vectors[^1] = value;
            foreach (string key in (string[])["written", "pending", "new"])
            {
                Assert.Throws<ArgumentException>(() =>
                    writer.Upsert(Document(key, vectors) with { Attributes = [new IndexAttribute("n", 1)] }));
            }
            writer.Upsert(Document("last", Vectors(4, 1)) with { Attributes = [new IndexAttribute("n", "one")] });
            Assert.False(writer.Contains("new"));
            writer.Commit();
        }
        using IndexReader reader = IndexReader.Open(_scratch.Path);
        reader.Verify();
        Assert.Equal(["written", "pending", "last"], reader.Keys());
        Assert.Equal(5, reader.Count);
    }

    [Fact]
    public void ADisposedWriterWritesNothing()
    {
        VectorIndex writer = VectorIndex.Create(_scratch.Path, Float32);
        writer.Upsert(Document("a", Vectors(1, 1)));
        writer.Dispose();
        writer.Dispose();
        using (VectorIndex next = VectorIndex.Open(_scratch.Path))
        {
            Assert.Throws<ObjectDisposedException>(() => writer.Upsert(Document("b", Vectors(1, 1))));
            Assert.Throws<ObjectDisposedException>(() => writer.Delete("a"));
            Assert.Throws<ObjectDisposedException>(() => writer.Contains("a"));
            Assert.Throws<ObjectDisposedException>(() => writer.Commit());
            Assert.Throws<ObjectDisposedException>(() => writer.Compact());
        }
        using IndexReader reader = IndexReader.Open(_scratch.Path);
        Assert.Equal((0, 0), (reader.Commit, reader.Count));
    }

    [Fact]
    public void AFolderThatIsNoIndexStaysAsItIs()
    {
        Directory.CreateDirectory(_scratch.Path);
        foreach (Func<IDisposable> open in (Func<IDisposable>[])[
            () => VectorIndex.Open(_scratch.Path), () => IndexReader.Open(_scratch.Path)])
        {
            InvalidIndexException problem = Assert.Throws<InvalidIndexException>(open);
            Assert.Contains("is no index", problem.Message);
        }
        Assert.Empty(Directory.EnumerateFileSystemEntries(_scratch.Path));
    }

    [Fact]
    public void AnotherModelIsRefusedByName()
    {
        IndexDefinition definition = Float32 with { Properties = [new("weights", "aa"), new("pooling", "mean")] };
        VectorIndex.Create(_scratch.Path, definition).Dispose();
        using IndexReader reader = IndexReader.Open(_scratch.Path);
        reader.Definition.RequireSame(_scratch.Path, [new("weights", "aa")]);
        InvalidIndexException problem = Assert.Throws<InvalidIndexException>(
            () => reader.Definition.RequireSame(_scratch.Path, [new("weights", "aa"), new("pooling", "cls")]));
        Assert.Contains("pooling is mean; that of this model is cls", problem.Message);
    }

    [Fact]
    public void DamageIsRefusedByName()
    {
        using (VectorIndex writer = VectorIndex.Create(_scratch.Path, Float32))
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
        foreach (string name in (string[])["FirstRows", "KeyOffsets", "Keys", "KeyHashes", "KeyOrder", "Codes",
            "PayloadOffsets", "Payloads"])
        {
            long position = PlaceOf(name);
            Damaged(segment, (int)position, $"its section {name} does not have its checksum");
        }
        File.Delete(segment);
        Assert.Contains("cannot be read", Problem(() => IndexReader.Open(_scratch.Path).Dispose()));
        if (!OperatingSystem.IsWindows())
        {
            // A pipe is refused, not waited for.
            using (var made = Process.Start("mkfifo", [segment]))
                made.WaitForExit();
            Assert.Contains("no regular file", Problem(() => IndexReader.Open(_scratch.Path).Dispose()));
        }

        static string Problem(Action action) => Assert.Throws<InvalidIndexException>(action).Message;

        long PlaceOf(string name)
        {
            using MappedFile file = MappedFile.Open(segment, (ulong)new FileInfo(segment).Length);
            Manifest manifest = Manifest.Read(_scratch.Path);
            Assert.Contains(SegmentFile.ReadSections(file, manifest.Segments[0]), one => one.Label == name);
            int index = SegmentFile.ReadSections(file, manifest.Segments[0]).FindIndex(one => one.Label == name);
            return (index + 1) * 4096; // all sections of this index are shorter than a page
        }

        void Damaged(string file, int position, string expected)
        {
            byte[] whole = File.ReadAllBytes(file);
            byte[] damaged = [.. whole];
            damaged[position] ^= 0x40;
            File.WriteAllBytes(file, damaged);
            Assert.Contains(expected, Problem(() =>
            {
                using IndexReader reader = IndexReader.Open(_scratch.Path);
                reader.Verify();
            }));
            File.WriteAllBytes(file, whole);
        }
    }

    /// <summary>
    /// Opening and other sections read no codes; the scan that comes to the damage refuses it, on any thread.
    /// </summary>
    [Theory]
    [InlineData(VectorCode.Binary)]
    [InlineData(VectorCode.Float32)]
    [InlineData(VectorCode.ResidualBinary)]
    [InlineData(VectorCode.Product)]
    [InlineData(VectorCode.RaBitQ)]
    public void AScanRefusesTheDamageThatItComesTo(VectorCode code)
    {
        const int Rows = 50_000; // 16 bytes and more for each: several shards of several blocks
        float[] vectors = Vectors(4, Rows), sample = vectors[..(300 * Dimensions)];
        var definition = new IndexDefinition
        {
            Dimensions = Dimensions,
            Code = code,
            ResidualBinary = code == VectorCode.ResidualBinary ? ResidualBinaryCode.Fit(sample, Dimensions, 2) : null,
            Product = code == VectorCode.Product ? ProductCode.Fit(sample, Dimensions, 14) : null,
            RaBitQ = code == VectorCode.RaBitQ ? RaBitQCode.Fit(sample, Dimensions, 2) : null,
            Rescore = null,
        };
        using (VectorIndex writer = VectorIndex.Create(_scratch.Path, definition))
        {
            writer.Upsert(new IndexDocument { Key = "a", Vectors = vectors });
            writer.Commit();
        }
        float[] query = Vectors(5, 1);
        var hits = new Hit[3];
        string segment = Directory.GetFiles(_scratch.Path, "segment-*").Single();
        byte[] whole = File.ReadAllBytes(segment);
        long position = PlaceOfCodes(whole) + (9 * IndexFormat.BlockBytes) + 77;
        whole[position] ^= 1;
        File.WriteAllBytes(segment, whole);
        using (IndexReader reader = IndexReader.Open(_scratch.Path))
        {
            Assert.Equal("a", reader.Key(Rows - 1));
            InvalidIndexException problem = Assert.Throws<InvalidIndexException>(() => reader.Search(query, hits));
            Assert.Contains("its section Codes does not have its checksum in the 64 KiB from byte 589824",
                problem.Message);
        }
        whole[position] ^= 1;
        File.WriteAllBytes(segment, whole);
        using IndexReader mended = IndexReader.Open(_scratch.Path);
        Assert.Equal(3, mended.Search(query, hits));

        long PlaceOfCodes(byte[] file)
        {
            using MappedFile mapped = MappedFile.Open(segment, (ulong)file.Length);
            List<Section> sections = SegmentFile.ReadSections(mapped, Manifest.Read(_scratch.Path).Segments[0]);
            unsafe
            {
                return sections.Single(one => one.Kind == SectionKind.Codes).Start - mapped.Start;
            }
        }
    }
}
