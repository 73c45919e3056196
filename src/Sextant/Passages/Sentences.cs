using System.Buffers;
using System.Globalization;

namespace Sextant.Passages;

/// <summary>
/// Where sentences end. Pure functions over text that begins with a character that is not white space.
/// </summary>
internal static class Sentences
{
    // The Latin ends, the ellipsis, the ideographic ends, Devanagari's danda, the Arabic question mark, and the line's
    // end.
    private static readonly SearchValues<char> Ends = SearchValues.Create(".!?\u2026\u3002\uFF01\uFF1F\u0964\u061F\n");
    private static readonly SearchValues<char> IdeographicEnds = SearchValues.Create("\u3002\uFF01\uFF1F");
    private static readonly SearchValues<char> Closers =
        SearchValues.Create(".!?\u2026\u3002\uFF01\uFF1F\"')]}*_\u00BB\u201C\u201D\u2018\u2019\u300D\u300F\uFF09");

    // Words that a full stop follows in the middle of a sentence, before a capital or a number.
    private static readonly string[] Abbreviations =
    [
        "mr", "mrs", "ms", "dr", "prof", "st", "jr", "sr", "vs", "cf", "al", "fig", "figs", "eq", "sec", "vol", "pp",
        "ed", "approx", "etc", "ca", "bzw", "vgl", "nr",
    ];

    /// <summary>
    /// Length of the first sentence, without the white space after it; at most <paramref name="limit"/> (a longer one
    /// is cut at a word's border where it has one).
    /// </summary>
    /// <param name="text">
    /// The text, and after the limit some more to look ahead; its end is the end of all text.
    /// </param>
    /// <param name="limit">1 … the length of <paramref name="text"/>.</param>
    /// <param name="lines">Which lines begin something new.</param>
    public static int FirstLength(ReadOnlySpan<char> text, int limit, LineStarts lines)
    {
        for (int at = 0; at < limit;)
        {
            int found = text[at..limit].IndexOfAny(Ends);
            if (found < 0)
                break;
            at += found;
            if (text[at] == '\n')
            {
                if (lines.Begins(text[(at + 1)..]))
                    return text[..at].TrimEnd().Length;
                at++;
                continue;
            }
            int end = at + 1;
            while (end < limit && Closers.Contains(text[end]))
                end++;
            if (IsEnd(text, at, end))
                return end;
            at = end;
        }
        return limit == text.Length ? text.TrimEnd().Length : CutBefore(text, limit);
    }

    /// <summary>
    /// The position nearest to the middle where a word (better: a line) begins; -1 when there is one word only.
    /// </summary>
    public static int MiddleWord(ReadOnlySpan<char> text)
    {
        int middle = text.Length / 2;
        int quarter = text.Length / 4;
        int line = text[middle..(middle + quarter)].IndexOf('\n');
        int lineBefore = text[quarter..middle].LastIndexOf('\n');
        if (line >= 0 && (lineBefore < 0 || line <= middle - quarter - lineBefore))
            return middle + line + 1;
        if (lineBefore >= 0)
            return quarter + lineBefore + 1;
        for (int distance = 0; distance <= text.Length - middle; distance++)
        {
            if (middle + distance < text.Length && char.IsWhiteSpace(text[middle + distance]))
                return middle + distance + 1;
            if (middle - distance > 0 && char.IsWhiteSpace(text[middle - distance]))
                return middle - distance + 1;
        }
        return -1;
    }

    /// <summary>
    /// The position at or before <paramref name="at"/> that cuts no surrogate pair and no mark from its letter.
    /// </summary>
    public static int CharacterBorder(ReadOnlySpan<char> text, int at)
    {
        int border = at;
        for (int steps = 0; border > 1 && steps < 16 && IsContinued(text, border); steps++)
            border--;
        if (border > 1 && border < text.Length && IsContinued(text, border))
            border = at; // a tower of marks: cut through it, but never through a pair
        return char.IsLowSurrogate(text[border]) && char.IsHighSurrogate(text[border - 1])
            ? (border > 1 ? border - 1 : border + 1)
            : border;
    }

    private static bool IsContinued(ReadOnlySpan<char> text, int border) =>
        char.IsLowSurrogate(text[border])
        || text[border] is '\u200D' or '\n'
        || CharUnicodeInfo.GetUnicodeCategory(text[border])
            is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;

    private static int CutBefore(ReadOnlySpan<char> text, int limit)
    {
        if (char.IsWhiteSpace(text[limit]))
            return text[..limit].TrimEnd().Length;
        for (int at = limit - 1; at > limit / 2; at--)
        {
            if (char.IsWhiteSpace(text[at]))
                return text[..at].TrimEnd().Length;
        }
        return CharacterBorder(text, limit);
    }

    // at: the first end character; end: after the last and the closing quotes and brackets.
    private static bool IsEnd(ReadOnlySpan<char> text, int at, int end)
    {
        if (IdeographicEnds.Contains(text[at]))
            return true;
        if (end < text.Length && !char.IsWhiteSpace(text[end]))
            return false;
        ReadOnlySpan<char> rest = text[end..].TrimStart();
        if (!rest.IsEmpty && char.IsLower(rest[0]))
            return false; // “What?” he said.
        return text[at] != '.' || end > at + 1 || !IsAbbreviation(text[..at]);
    }

    private static bool IsAbbreviation(ReadOnlySpan<char> before)
    {
        int start = before.Length;
        while (start > 0 && before.Length - start < 8 && char.IsLetterOrDigit(before[start - 1]))
            start--;
        ReadOnlySpan<char> word = before[start..];
        if (word.Length == 1 && char.IsLetter(word[0]))
            return true; // an initial, and the last letter of e.g. and U.S.
        if (start == 0 && word.Length is 1 or 2 or 3 && !word.ContainsAnyExceptInRange('0', '9'))
            return true; // the number of a list
        foreach (string abbreviation in Abbreviations)
        {
            if (word.Equals(abbreviation, StringComparison.OrdinalIgnoreCase))
                return true;
        }
        return false;
    }
}
