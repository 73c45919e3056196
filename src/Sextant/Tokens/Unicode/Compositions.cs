namespace Sextant.Tokens;

/// <summary>Compatibility decompositions and compositions of code points, as of the reference's Unicode 9.</summary>
internal static class Compositions
{
    /// <summary>Maximum number of code points that one decomposes to (U+FDFA).</summary>
    internal const int LongestDecomposition = 18;

    private const int HangulFirst = 0xAC00, HangulCount = 11172, LeadFirst = 0x1100, LeadCount = 19;
    private const int VowelFirst = 0x1161, VowelCount = 21, TrailFirst = 0x11A7, TrailCount = 28;

    private static readonly Dictionary<long, int> Composites = [];
    private static readonly Dictionary<int, (int Start, int Length)> Compatible = [];
    private static readonly int[] CompatiblePool;
    // By code point: what composition may change, by itself or together with what stands before.
    private static readonly bool[] Unstable = new bool[0x32400];

    static Compositions()
    {
        (int[] keys, int[] starts, int[] pool) = CodePoints.ReadDecompositions(UnicodeData.Compositions);
        var composed = new HashSet<int>(keys);
        for (int i = 0; i < keys.Length; i++)
        {
            Composites[Pair(pool[starts[i]], pool[starts[i] + 1])] = keys[i];
            Unstable[pool[starts[i] + 1]] = true;
        }
        Unstable.AsSpan(VowelFirst, VowelCount).Fill(true);
        Unstable.AsSpan(TrailFirst, TrailCount).Fill(true);
        for (int c = 0; c < Unstable.Length; c++)
        {
            bool decomposes = CodePoints.Is(c, CodePointClasses.Decomposes)
                && c is < HangulFirst or >= HangulFirst + HangulCount;
            Unstable[c] |= CodePoints.Is(c, CodePointClasses.Reorders) || (decomposes && !composed.Contains(c));
        }
        (keys, starts, CompatiblePool) = CodePoints.ReadDecompositions(UnicodeData.CompatibleDecompositions);
        for (int i = 0; i < keys.Length; i++)
            Compatible[keys[i]] = (starts[i], starts[i + 1] - starts[i]);
    }

    /// <summary>Whether a text is its own canonical composition for sure.</summary>
    internal static bool IsStable(ReadOnlySpan<char> text)
    {
        for (int i = 0; i < text.Length;)
        {
            int codePoint = CodePoints.Next(text, ref i);
            if (codePoint >= 0x300 && codePoint < Unstable.Length && Unstable[codePoint])
                return false;
        }
        return true;
    }

    /// <summary>What two code points compose to, or −1.</summary>
    internal static int Compose(int first, int second)
    {
        if (second < 0x300)
            return -1;
        if ((uint)(first - LeadFirst) < LeadCount && (uint)(second - VowelFirst) < VowelCount)
            return HangulFirst + ((first - LeadFirst) * VowelCount + (second - VowelFirst)) * TrailCount;
        if ((uint)(first - HangulFirst) < HangulCount && (first - HangulFirst) % TrailCount == 0
            && second > TrailFirst && second < TrailFirst + TrailCount)
        {
            return first + second - TrailFirst;
        }
        return Composites.GetValueOrDefault(Pair(first, second), -1);
    }

    /// <summary>
    /// Writes the full compatibility decomposition to <paramref name="result"/>, at least
    /// <see cref="LongestDecomposition"/> long; returns its length.
    /// </summary>
    internal static int Decompose(int codePoint, Span<int> result)
    {
        if (codePoint < 0xA0 || !Compatible.TryGetValue(codePoint, out (int Start, int Length) entry))
            return CodePoints.Decompose(codePoint, result);
        CompatiblePool.AsSpan(entry.Start, entry.Length).CopyTo(result);
        return entry.Length;
    }

    private static long Pair(int first, int second) => (long)first << 32 | (uint)second;
}
