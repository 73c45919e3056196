using System.Globalization;
using System.Text;
using Sextant.Codes;
using Sextant.Indexes;

namespace Sextant.IndexWriting;

/// <summary>
/// Rounds of changes to an index, and what the index holds after each: a function of the round alone.
/// </summary>
public static class Rounds
{
    private const int Keys = 40;
    private const int Dimensions = 40;
    private const string LastKey = "last";

    /// <summary>What the index is made of.</summary>
    public static IndexDefinition Definition => new()
    {
        Dimensions = Dimensions,
        Code = VectorCode.Binary,
        Rescore = VectorCode.Float32,
        KeepsTerms = true,
    };

    /// <summary>The round whose commit a reader sees; 0: none.</summary>
    public static long Last(IndexReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        return reader.AttributesOf(LastKey)?[0].Number ?? 0;
    }

    /// <summary>Does a round and commits it; some rounds compact too.</summary>
    public static void Write(VectorIndex writer, long round)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Upsert(Document(Key(round), round));
        writer.Upsert(Document(Key(round * 7), round));
        if (round % 3 == 0)
            writer.Delete(Key(round * 5));
        writer.Upsert(Document(LastKey, round));
        writer.Commit();
        if (round % 6 == 0)
            writer.Compact();
    }

    /// <summary>Key, and the round that wrote it, of every document after a round.</summary>
    public static Dictionary<string, long> After(long round)
    {
        var documents = new Dictionary<string, long>();
        for (long one = 1; one <= round; one++)
        {
            documents[Key(one)] = one;
            documents[Key(one * 7)] = one;
            if (one % 3 == 0)
                documents.Remove(Key(one * 5));
            documents[LastKey] = one;
        }
        return documents;
    }

    /// <summary>What a round writes for a key.</summary>
    public static IndexDocument Document(string key, long round)
    {
        ArgumentNullException.ThrowIfNull(key);
        int passages = (int)(round % 4);
        var random = new Random((int)round + key.Length);
        float[] vectors = new float[passages * Dimensions];
        for (int i = 0; i < vectors.Length; i++)
            vectors[i] = random.NextSingle() - 0.5f;
        return new IndexDocument
        {
            Key = key,
            Vectors = vectors,
            Payloads = [.. Enumerable.Range(0, passages).Select(i =>
                (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(
                    string.Create(CultureInfo.InvariantCulture, $"{key} {round} {i}")))],
            Terms = [.. Enumerable.Range(0, passages).Select(i => Terms(round + i))],
            Attributes = [new IndexAttribute("round", round)],
        };
    }

    private static string Key(long number) => string.Create(CultureInfo.InvariantCulture, $"k{number % Keys}");

    /// <summary>The terms of a passage: few that many have, some twice, and one that hardly another has.</summary>
    public static List<string> Terms(long number) =>
        [$"a{number % 2}", $"b{number % 5}", $"ü{number % 7}", $"b{number % 3}", $"n{number}"];
}
