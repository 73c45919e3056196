namespace Sextant.Tokens;

/// <summary>
/// Where extended grapheme clusters end (UAX 29), the same on every platform. Rule GB9c, which joins Indic conjuncts,
/// is left out: what needs clusters here looks at those of fewer than six bytes only, and a conjunct has at least nine.
/// </summary>
internal static class GraphemeClusters
{
    private const byte Control = 1, CarriageReturn = 2, LineFeed = 3, Extend = 4, Joiner = 5, Regional = 6, Prepend = 7;
    private const byte SpacingMark = 8, Lead = 9, Vowel = 10, Trail = 11, LeadVowel = 12, LeadVowelTrail = 13;
    private const byte Pictographic = 0x80;

    private static readonly byte[] Breaks = Read();

    /// <summary>The end of the cluster that begins at <paramref name="start"/>.</summary>
    internal static int EndOf(ReadOnlySpan<char> text, int start)
    {
        int end = start;
        int before = Breaks[CodePoints.Next(text, ref end)];
        // Of two neighbours in ASCII only carriage return and line feed belong together.
        if (end < text.Length && text[end] < 0x80 && before != CarriageReturn && (before & 0xF) != Prepend)
            return end;
        bool joinsPictures = (before & Pictographic) != 0, isJoined = false;
        int regionals = (before & 0xF) == Regional ? 1 : 0;
        while (end < text.Length)
        {
            int next = end, kind = Breaks[CodePoints.Next(text, ref next)];
            bool joins = Joins(before & 0xF, kind & 0xF) || (isJoined && (kind & Pictographic) != 0)
                || (regionals == 1 && (kind & 0xF) == Regional);
            if (!joins)
                break;
            isJoined = joinsPictures && (kind & 0xF) == Joiner;
            joinsPictures = (kind & Pictographic) != 0 || (joinsPictures && (kind & 0xF) == Extend);
            regionals = (kind & 0xF) == Regional ? regionals + 1 : 0;
            (end, before) = (next, kind);
        }
        return end;
    }

    private static bool Joins(int before, int after)
    {
        if (before is (Control or CarriageReturn or LineFeed) || after is (Control or CarriageReturn or LineFeed))
            return before == CarriageReturn && after == LineFeed;
        return after is Extend or Joiner or SpacingMark || before == Prepend
            || (before == Lead && after is (Lead or Vowel or LeadVowel or LeadVowelTrail))
            || (before is (LeadVowel or Vowel) && after is (Vowel or Trail))
            || (before is (LeadVowelTrail or Trail) && after == Trail);
    }

    private static byte[] Read()
    {
        byte[] breaks = new byte[CodePoints.Last + 1];
        foreach ((int first, int last, string value) in CodePoints.Ranges(UnicodeData.ClusterBreaks))
            breaks.AsSpan(first, last - first + 1).Fill(Convert.ToByte(value, 16));
        for (int c = 0xAC00; c <= 0xD7A3; c++)
            breaks[c] = (c - 0xAC00) % 28 == 0 ? LeadVowel : LeadVowelTrail;
        foreach ((int first, int last, _) in CodePoints.Ranges(UnicodeData.Pictographic))
        {
            for (int c = first; c <= last; c++)
                breaks[c] |= Pictographic;
        }
        return breaks;
    }
}
