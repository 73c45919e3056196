using System.Runtime.CompilerServices;
using System.Text;

namespace Sextant.Tokens;

/// <summary>
/// What a code point is to a tokenizer. The sets were measured on the reference, not taken from the platform.
/// </summary>
[Flags]
internal enum CodePointClasses : ushort
{
    None = 0,
    BertRemoved = 1,
    BertSpace = 2,
    BertIdeograph = 4,
    NonspacingMark = 8,
    CombiningMark = 16,
    Punctuation = 32,
    WhiteSpace = 64,
    Word = 128,
    Lowercases = 256,
    Decomposes = 512,
    Reorders = 1024,
    Numeric = 2048,
}

/// <summary>
/// Properties of code points, the same on every platform, runtime version and culture: the reference mixes three
/// vintages of Unicode, and so do we.
/// </summary>
internal static class CodePoints
{
    internal const int Replacement = 0xFFFD;

    /// <summary>The highest code point.</summary>
    internal const int Last = 0x10FFFF;

    // Everything below this has its own entry; the few ranges above it are searched.
    private const int TableLength = 0x32400;

    private const int HangulFirst = 0xAC00, HangulLast = 0xD7A3;

    // First, last and classes of the ranges above the table.
    private static readonly List<int> Rest = [];
    private static readonly int[] LowercaseFirst, LowercaseLast, LowercaseStep, LowercaseDelta;
    private static readonly int[] Decomposed, DecompositionStart, DecompositionPool;
    private static readonly int[] CombiningFirst, CombiningLast, CombiningClass;
    private static readonly CodePointClasses[] Table = new CodePointClasses[TableLength];

    static CodePoints()
    {
        Mark(UnicodeData.BertRemoved, CodePointClasses.BertRemoved);
        Mark(UnicodeData.BertSpaces, CodePointClasses.BertSpace);
        Mark(UnicodeData.BertIdeographs, CodePointClasses.BertIdeograph);
        Mark(UnicodeData.NonspacingMarks, CodePointClasses.NonspacingMark);
        Mark(UnicodeData.CombiningMarks, CodePointClasses.CombiningMark);
        Mark(UnicodeData.Punctuation, CodePointClasses.Punctuation);
        Mark(UnicodeData.WhiteSpace, CodePointClasses.WhiteSpace);
        Mark(UnicodeData.Word, CodePointClasses.Word);
        Mark(UnicodeData.Numeric, CodePointClasses.Numeric);
        Mark(HangulFirst, HangulLast, CodePointClasses.Decomposes);

        var fields = new List<int>(2048);
        Read(UnicodeData.Lowercase, fields);
        (LowercaseFirst, LowercaseLast) = (Column(fields, 0, 4), Column(fields, 1, 4));
        (LowercaseStep, LowercaseDelta) = (Column(fields, 2, 4), Column(fields, 3, 4));
        for (int run = 0; run < LowercaseFirst.Length; run++)
        {
            for (int c = LowercaseFirst[run]; c <= LowercaseLast[run]; c += LowercaseStep[run])
                Mark(c, c, CodePointClasses.Lowercases);
        }
        Mark(0x130, 0x130, CodePointClasses.Lowercases);

        ReadRanges(UnicodeData.CombiningClasses, fields, valued: true);
        (CombiningFirst, CombiningLast) = (Column(fields, 0, 3), Column(fields, 1, 3));
        CombiningClass = Column(fields, 2, 3);
        for (int run = 0; run < CombiningFirst.Length; run++)
            Mark(CombiningFirst[run], CombiningLast[run], CodePointClasses.Reorders);

        (Decomposed, DecompositionStart, DecompositionPool) = ReadDecompositions(UnicodeData.Decompositions);
        foreach (int c in Decomposed)
            Mark(c, c, CodePointClasses.Decomposes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static CodePointClasses ClassOf(int codePoint) =>
        (uint)codePoint < TableLength ? Table[codePoint] : ClassOfRest(codePoint);

    internal static bool Is(int codePoint, CodePointClasses classes) => (ClassOf(codePoint) & classes) != 0;

    /// <summary>
    /// Reads the code point at <paramref name="index"/> and moves after it; a lone surrogate reads as U+FFFD.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int Next(ReadOnlySpan<char> text, ref int index)
    {
        char c = text[index++];
        return char.IsSurrogate(c) ? NextSurrogate(text, c, ref index) : c;
    }

    /// <summary>Reads the code point that ends before <paramref name="end"/>.</summary>
    internal static int Previous(ReadOnlySpan<char> text, int end)
    {
        char c = text[end - 1];
        if (!char.IsSurrogate(c))
            return c;
        return char.IsLowSurrogate(c) && end > 1 && char.IsHighSurrogate(text[end - 2])
            ? char.ConvertToUtf32(text[end - 2], c)
            : Replacement;
    }

    /// <summary>
    /// Lower case of one code point, without looking at its neighbours; <paramref name="second"/> is 0 or a second
    /// one.
    /// </summary>
    internal static int ToLower(int codePoint, out int second)
    {
        second = 0;
        if (codePoint < 0x80)
            return codePoint is >= 'A' and <= 'Z' ? codePoint | 0x20 : codePoint;
        if (!Is(codePoint, CodePointClasses.Lowercases))
            return codePoint;
        if (codePoint == 0x130)
        {
            second = 0x307;
            return 'i';
        }
        // Runs of step 2 may interleave (Ā ā Ă …), so the run is the last that starts at or before the code point and
        // hits it.
        int run = LastAtOrBefore(LowercaseFirst, codePoint);
        while (codePoint > LowercaseLast[run] || (codePoint - LowercaseFirst[run]) % LowercaseStep[run] != 0)
            run--;
        return codePoint + LowercaseDelta[run];
    }

    /// <summary>Canonical combining class (0 for most).</summary>
    internal static int CombiningClassOf(int codePoint) =>
        Is(codePoint, CodePointClasses.Reorders) ? CombiningClass[LastAtOrBefore(CombiningFirst, codePoint)] : 0;

    /// <summary>
    /// Writes the full canonical decomposition to <paramref name="result"/> (at least 4 long); returns its length.
    /// </summary>
    internal static int Decompose(int codePoint, Span<int> result)
    {
        if (!Is(codePoint, CodePointClasses.Decomposes))
        {
            result[0] = codePoint;
            return 1;
        }
        if (codePoint is >= HangulFirst and <= HangulLast)
        {
            int syllable = codePoint - HangulFirst;
            result[0] = 0x1100 + syllable / 588;
            result[1] = 0x1161 + syllable % 588 / 28;
            result[2] = 0x11A7 + syllable % 28;
            return syllable % 28 == 0 ? 2 : 3;
        }
        int entry = LastAtOrBefore(Decomposed, codePoint);
        int start = DecompositionStart[entry], length = DecompositionStart[entry + 1] - start;
        DecompositionPool.AsSpan(start, length).CopyTo(result);
        return length;
    }

    /// <summary>
    /// The ranges of a table such as "41-5A 61", or with values "41-5A:Lu 61:Ll"; without values they are empty.
    /// </summary>
    internal static List<(int First, int Last, string Value)> Ranges(ReadOnlySpan<byte> table)
    {
        var ranges = new List<(int, int, string)>();
        while (Item(ref table, (byte)' ', out ReadOnlySpan<byte> range))
        {
            int colon = range.IndexOf((byte)':');
            ReadOnlySpan<byte> bounds = colon < 0 ? range : range[..colon];
            int dash = bounds.IndexOf((byte)'-');
            ranges.Add((Hexadecimal(dash < 0 ? bounds : bounds[..dash]),
                Hexadecimal(dash < 0 ? bounds : bounds[(dash + 1)..]),
                colon < 0 ? "" : Encoding.ASCII.GetString(range[(colon + 1)..])));
        }
        return ranges;
    }

    private static int NextSurrogate(ReadOnlySpan<char> text, char c, ref int index)
    {
        if (char.IsHighSurrogate(c) && index < text.Length && char.IsLowSurrogate(text[index]))
            return char.ConvertToUtf32(c, text[index++]);
        return Replacement;
    }

    private static CodePointClasses ClassOfRest(int codePoint)
    {
        CodePointClasses classes = CodePointClasses.None;
        for (int i = 0; i < Rest.Count; i += 3)
        {
            if (codePoint >= Rest[i] && codePoint <= Rest[i + 1])
                classes |= (CodePointClasses)Rest[i + 2];
        }
        return classes;
    }

    private static int LastAtOrBefore(int[] sorted, int value)
    {
        int index = Array.BinarySearch(sorted, value);
        return index >= 0 ? index : ~index - 1;
    }

    private static void Mark(int first, int last, CodePointClasses classes)
    {
        for (int c = first; c <= last && c < TableLength; c++)
            Table[c] |= classes;
        if (last < TableLength)
            return;
        Rest.Add(Math.Max(first, TableLength));
        Rest.Add(last);
        Rest.Add((int)classes);
    }

    private static void Mark(ReadOnlySpan<byte> ranges, CodePointClasses classes)
    {
        var fields = new List<int>(2048);
        ReadRanges(ranges, fields, valued: false);
        for (int i = 0; i < fields.Count; i += 2)
            Mark(fields[i], fields[i + 1], classes);
    }

    private static int[] Column(List<int> fields, int column, int width)
    {
        int[] values = new int[fields.Count / width];
        for (int i = 0; i < values.Length; i++)
            values[i] = fields[i * width + column];
        return values;
    }

    // "A B-C" gives A A B C; with values "A:V B-C:W" gives A A V B C W.
    private static void ReadRanges(ReadOnlySpan<byte> text, List<int> fields, bool valued)
    {
        fields.Clear();
        while (Item(ref text, (byte)' ', out ReadOnlySpan<byte> range))
        {
            int colon = valued ? range.IndexOf((byte)':') : range.Length;
            ReadOnlySpan<byte> bounds = range[..colon];
            int dash = bounds.IndexOf((byte)'-');
            fields.Add(Hexadecimal(dash < 0 ? bounds : bounds[..dash]));
            fields.Add(Hexadecimal(dash < 0 ? bounds : bounds[(dash + 1)..]));
            if (valued)
                fields.Add(Hexadecimal(range[(colon + 1)..]));
        }
    }

    // "41-5A/1:+20" gives first, last, step, delta.
    private static void Read(ReadOnlySpan<byte> runs, List<int> fields)
    {
        fields.Clear();
        while (Item(ref runs, (byte)' ', out ReadOnlySpan<byte> run))
        {
            int dash = run.IndexOf((byte)'-'), slash = run.IndexOf((byte)'/'), colon = run.IndexOf((byte)':');
            fields.Add(Hexadecimal(run[..dash]));
            fields.Add(Hexadecimal(run[(dash + 1)..slash]));
            fields.Add(Hexadecimal(run[(slash + 1)..colon]));
            int delta = Hexadecimal(run[(colon + 2)..]);
            fields.Add(run[colon + 1] == (byte)'-' ? -delta : delta);
        }
    }

    /// <summary>Entries such as "C0=41,300": keys, where the values of each start in the pool, the pool.</summary>
    internal static (int[] Keys, int[] Starts, int[] Pool) ReadDecompositions(ReadOnlySpan<byte> text)
    {
        List<int> keys = new(2100), starts = new(2100), pool = new(4200);
        while (Item(ref text, (byte)' ', out ReadOnlySpan<byte> entry))
        {
            int equal = entry.IndexOf((byte)'=');
            keys.Add(Hexadecimal(entry[..equal]));
            starts.Add(pool.Count);
            ReadOnlySpan<byte> values = entry[(equal + 1)..];
            while (Item(ref values, (byte)',', out ReadOnlySpan<byte> value))
                pool.Add(Hexadecimal(value));
        }
        starts.Add(pool.Count);
        return ([.. keys], [.. starts], [.. pool]);
    }

    private static bool Item(ref ReadOnlySpan<byte> text, byte separator, out ReadOnlySpan<byte> item)
    {
        int end = text.IndexOf(separator);
        item = end < 0 ? text : text[..end];
        text = end < 0 ? default : text[(end + 1)..];
        return !item.IsEmpty;
    }

    private static int Hexadecimal(ReadOnlySpan<byte> digits)
    {
        int value = 0;
        foreach (byte digit in digits)
            value = value * 16 + (digit <= '9' ? digit - '0' : digit - 'A' + 10);
        return value;
    }
}
