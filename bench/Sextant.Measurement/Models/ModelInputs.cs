namespace Sextant.Measurement.Models;

/// <summary>Token sequences and texts, the same for every program that is compared.</summary>
internal static class ModelInputs
{
    /// <summary>Sequences of random ids, of one length.</summary>
    public static TokenSequence[] Sequences(int count, int tokens, int vocabulary)
    {
        var random = new Random(3);
        return [.. Enumerable.Range(0, count).Select(_ => Sequence(random, tokens, vocabulary))];
    }

    /// <summary>Sequences of mixed lengths, many short ones and few long, 8 to <paramref name="longest"/>.</summary>
    public static TokenSequence[] Mixed(int count, int longest, int vocabulary)
    {
        var random = new Random(4);
        return [.. Enumerable.Range(0, count).Select(_ => Sequence(
            random, (int)Math.Min(longest, 8 - 24 * Math.Log(1 - random.NextDouble())), vocabulary))];
    }

    /// <summary>English-looking sentences of eight to forty words.</summary>
    public static string[] Texts(int count)
    {
        string[] words =
        [
            "the", "ship", "sails", "over", "a", "calm", "sea", "while", "measured", "angles", "tell", "position", "of",
            "stars",
            "navigators", "used", "instruments", "before", "satellites", "and", "charts", "were", "drawn", "carefully",
            "by", "hand",
            "weather", "changes", "quickly", "near", "coastlines", "unexpectedly", "in", "1805", "harbour", "lights",
        ];
        var random = new Random(6);
        return [.. Enumerable.Range(0, count).Select(_ =>
            string.Join(' ', Enumerable.Range(0, random.Next(8, 40)).Select(_ => words[random.Next(words.Length)]))
                + ".")];
    }

    private static TokenSequence Sequence(Random random, int tokens, int vocabulary)
    {
        var ids = new int[tokens];
        for (int t = 0; t < tokens; t++)
            ids[t] = random.Next(Math.Min(1000, vocabulary / 2), Math.Min(30000, vocabulary));
        return new TokenSequence(ids);
    }
}
