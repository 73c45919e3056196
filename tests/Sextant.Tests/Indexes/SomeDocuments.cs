using System.Text;
using Sextant.Codes;
using Sextant.Indexes;

namespace Sextant.Tests.Indexes;

/// <summary>Documents of random vectors, and indexes of them.</summary>
internal static class SomeDocuments
{
    public const int Dimensions = 70;

    public static IndexDefinition Float32 => new()
    {
        Dimensions = Dimensions,
        Code = VectorCode.Float32,
        Rescore = null,
    };

    /// <summary>Adds, replaces, deletes and compacts at random, and returns what must be left.</summary>
    public static List<(string Key, float[] Vectors)> Change(ScratchIndex scratch, IndexDefinition definition)
    {
        var random = new Random(4711);
        var left = new Dictionary<string, float[]>();
        using VectorIndex writer = VectorIndex.Create(new FaultyFolder(scratch.Path, 0), definition);
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

    public static string Name(IndexReader reader, int id)
    {
        string name = $"{reader.Key(id)}#{reader.Number(id)}";
        Assert.Equal($"payload {reader.Key(id)} {reader.Number(id)}", Encoding.UTF8.GetString(reader.Payload(id)));
        return name;
    }

    public static IndexDocument Document(string key, float[] vectors) => new()
    {
        Key = key,
        Vectors = vectors,
        Payloads = [.. Enumerable.Range(0, vectors.Length / Dimensions).Select(
            i => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes($"payload {key} {i}"))],
    };

    public static float[] Vectors(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count * Dimensions).Select(_ => random.NextSingle() - 0.5f)];
    }
}
