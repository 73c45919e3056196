using System.Buffers.Binary;
using System.Globalization;
using Sextant.Codes;
using Sextant.Indexes;
using Sextant.IndexWriting;
using Sextant.Search;

namespace Sextant.Tests.Indexes;

/// <summary>
/// Files of an index, damaged thousands of times, half of them with checksums that fit the damage: what comes out is an
/// index or an <see cref="InvalidIndexException"/>. SEXTANT_MUTATIONS sets the number.
/// </summary>
public sealed class IndexMutationTests
{
    private const int Seed = 20261121;

    private static int Mutations =>
        int.Parse(Environment.GetEnvironmentVariable("SEXTANT_MUTATIONS") ?? "1000", CultureInfo.InvariantCulture);

    [Theory]
    [InlineData(VectorCode.Binary)]
    [InlineData(VectorCode.Recurrent)]
    [InlineData(VectorCode.Product)]
    public void EveryFile(VectorCode code)
    {
        using var scratch = new ScratchIndex();
        using (IndexWriter writer = IndexWriter.Create(new FaultyFolder(scratch.Path, 0), Definition(code)))
        {
            for (long round = 1; round <= 4; round++)
                Rounds.Write(writer, round);
        }
        var random = new Random(Seed);
        string[] files = [.. Directory.GetFiles(scratch.Path).Where(file => new FileInfo(file).Length > 0).Order()];
        Assert.True(files.Length >= 5);
        int accepted = 0, refused = 0;
        for (int i = 0; i < Mutations; i++)
        {
            string file = files[random.Next(files.Length)];
            byte[] valid = File.ReadAllBytes(file);
            byte[] mutant = Mutate(valid, random);
            string manifest = scratch.File("manifest");
            byte[] whole = File.ReadAllBytes(manifest);
            if (random.Next(2) == 0)
            {
                MendChecksums(mutant);
                if (valid.AsSpan().StartsWith(IndexFormat.SegmentMagic)
                    && mutant.Length >= IndexFormat.SegmentHeaderBytes)
                    NameSegment(manifest, whole, valid, mutant);
            }
            File.WriteAllBytes(file, mutant);
            try
            {
                Use(scratch.Path);
                accepted++;
            }
            catch (InvalidIndexException)
            {
                refused++;
            }
            catch (Exception error)
            {
                Assert.Fail($"seed {Seed}, mutation {i} of {Path.GetFileName(file)} gave {error}");
            }
            File.WriteAllBytes(manifest, whole);
            File.WriteAllBytes(file, valid);
        }
        Assert.True(accepted > 0 && refused > Mutations / 4, $"{accepted} accepted, {refused} refused");
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {Seed}, {accepted} accepted, {refused} refused");
    }

    // Binary codes with lists, fitted codes with a transform before them, the product code without rescoring.
    private static IndexDefinition Definition(VectorCode code)
    {
        if (code == VectorCode.Binary)
            return Rounds.Definition with { Lists = 3 };
        int dimensions = Rounds.Definition.Dimensions, half = dimensions / 2;
        float[] sample = [.. Enumerable.Range(0, 100).SelectMany(
            i => Rounds.Document("sample", i + 1).Vectors.ToArray())];
        float[] halves = sample[..(sample.Length / half * half)];
        return Rounds.Definition with
        {
            Code = code,
            Transform = LinearTransform.Fit(sample, dimensions, half, whiten: true),
            Recurrent = code == VectorCode.Recurrent ? RecurrentCode.Fit(halves, half, 2) : null,
            Product = code == VectorCode.Product ? ProductCode.Fit(halves, half, 4) : null,
            Rescore = code == VectorCode.Recurrent ? VectorCode.Float32 : null,
            Metric = Metric.Cosine,
        };
    }

    private static void Use(string path)
    {
        using IndexReader reader = IndexReader.Open(path);
        reader.Verify();
        foreach (string key in reader.Keys())
            reader.Contains(key);
        var hits = new Hit[5];
        float[] query = new float[reader.Dimensions];
        query[0] = 1;
        int found;
        try
        {
            if (reader.Definition.Lists > 0)
                reader.Search(query, hits, new SearchOptions { Probes = 2 });
            if (reader.Definition.KeepsTerms)
                reader.SearchTerms(Rounds.Terms(3), hits);
            found = reader.Search(query, hits);
        }
        catch (ArgumentException problem) when (problem.Message.Contains("not a number", StringComparison.Ordinal))
        {
            return; // float vectors with a mended checksum may hold a NaN
        }
        foreach (Hit hit in hits.AsSpan(0, found))
        {
            reader.Key(hit.Id);
            reader.Number(hit.Id);
            reader.Payload(hit.Id);
            reader.Attributes(hit.Id);
        }
        reader.Where(IndexFilter.Parse());
        reader.Statistics();
    }

    private static byte[] Mutate(byte[] valid, Random random)
    {
        List<byte> bytes = [.. valid];
        for (int times = random.Next(1, 4); times > 0 && bytes.Count > 0; times--)
        {
            int place = random.Next(bytes.Count);
            // Headers and tables are small and at the ends; they get their share.
            if (random.Next(2) == 0)
                place = random.Next(3) == 0 ? Math.Max(0, bytes.Count - 1 - random.Next(400))
                    : Math.Min(random.Next(120), bytes.Count - 1);
            switch (random.Next(6))
            {
                case 0:
                    bytes[place] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[place] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.RemoveRange(place, Math.Min(bytes.Count - place, random.Next(1, 200)));
                    break;
                case 3:
                    bytes.InsertRange(place, new byte[random.Next(1, 20)]);
                    break;
                case 4:
                    for (int i = 0; i < 4 && place + i < bytes.Count; i++)
                        bytes[place + i] = 0xFF;
                    break;
                default:
                    for (int i = 0; i < 8 && place + i < bytes.Count; i++)
                        bytes[place + i] = 0;
                    break;
            }
        }
        return [.. bytes];
    }

    // A forger's files: the frame of a small one, or the header, the table and the blocks of a segment.
    private static void MendChecksums(byte[] file)
    {
        if (file.Length >= IndexFormat.SegmentHeaderBytes && file.AsSpan(0, 8).SequenceEqual(IndexFormat.SegmentMagic))
        {
            ulong start = BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(24));
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(32));
            if (start <= (ulong)file.Length && length <= (ulong)file.Length - start)
            {
                MendBlocks(file, (int)start, (int)length);
                BinaryPrimitives.WriteUInt32LittleEndian(
                    file.AsSpan(36), Checksum.Of(file.AsSpan((int)start, (int)length)));
            }
            BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(60), Checksum.Of(file.AsSpan(0, 60)));
            return;
        }
        if (file.Length < IndexFormat.FrameBytes)
            return;
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(12), (uint)(file.Length - IndexFormat.FrameBytes));
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(16), Checksum.Of(file.AsSpan(IndexFormat.FrameBytes)));
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(20), Checksum.Of(file.AsSpan(0, 20)));
    }

    // Puts the mutant's length, counts and checksum in the place of the segment's in the manifest.
    private static void NameSegment(string path, byte[] manifest, byte[] valid, byte[] mutant)
    {
        byte[] body = manifest[IndexFormat.FrameBytes..];
        Manifest read = Manifest.FromBody(path, body);
        uint sum = BinaryPrimitives.ReadUInt32LittleEndian(valid.AsSpan(60));
        SegmentEntry[] entries = [.. read.Segments.Select(one => one.HeaderChecksum != sum ? one : one with
        {
            Length = (ulong)mutant.Length,
            Documents = BinaryPrimitives.ReadUInt32LittleEndian(mutant.AsSpan(16)),
            Rows = BinaryPrimitives.ReadUInt32LittleEndian(mutant.AsSpan(20)),
            HeaderChecksum = BinaryPrimitives.ReadUInt32LittleEndian(mutant.AsSpan(60)),
        })];
        byte[] changed = (read with { Segments = entries }).ToBody();
        File.WriteAllBytes(path, FramedFile.Frame(IndexFormat.ManifestMagic, changed));
    }

    private static void MendBlocks(byte[] file, int place, int length)
    {
        int end = place + length;
        while (place + 8 <= end)
        {
            long name = BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(place + 4));
            if (place + 24 + name > end)
                return;
            place += 8 + (int)name;
            ulong offset = BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(place));
            ulong bytes = BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(place + 8));
            place += 16;
            if (offset > (ulong)file.Length || bytes > (ulong)file.Length - offset)
                return;
            for (ulong block = 0; block < bytes && place + 4 <= end; block += IndexFormat.BlockBytes, place += 4)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(place), Checksum.Of(file.AsSpan(
                    (int)(offset + block), (int)Math.Min(IndexFormat.BlockBytes, bytes - block))));
            }
        }
    }
}
