using System.Globalization;

namespace Sextant.Tokens;

/// <summary>Reads what stands for one code point out of a set: brackets, escapes and properties.</summary>
internal sealed class PatternSets(PatternText text)
{
    private const int NamedSetSteps = 4000;

    /// <summary>After the opening bracket; brackets within are sets that are joined.</summary>
    internal CodePointSet ReadClass(bool ignoresCase)
    {
        text.Enter("brackets");
        bool inverted = text.TryTake('^');
        var ranges = new List<(int, int)>();
        for (bool first = true; ; first = false)
        {
            if (text.AtEnd)
                throw text.Unsupported("a bracket without an end");
            if (text.TryTake("[:"))
                throw text.Unsupported("a POSIX bracket");
            if (text.TryTake("&&"))
                throw text.Unsupported("an intersection");
            if (!first && text.TryTake(']'))
                break;
            if (text.TryTake('['))
            {
                AddTo(ranges, ReadClass(ignoresCase));
                continue;
            }
            CodePointSet from = ReadMember();
            if (text.At + 1 < text.Length && text[text.At] == '-' && text[text.At + 1] != ']')
            {
                text.At++;
                CodePointSet to = ReadMember();
                if (!IsOne(from, out int low) || !IsOne(to, out int high) || high < low)
                    throw text.Unsupported("a range without two ends in order");
                ranges.Add((low, high));
                continue;
            }
            AddTo(ranges, from);
        }
        text.Leave();
        CodePointSet set = CodePointSet.Of(ranges);
        // Case is folded before a set is inverted: [^a] without case leaves out A as well.
        return inverted ? Folded(set, ignoresCase).Complement() : set;
    }

    private void AddTo(List<(int, int)> ranges, CodePointSet set)
    {
        text.Work.Take(set.Ranges.Length);
        ranges.AddRange(set.Ranges);
    }

    private CodePointSet ReadMember() => text[text.At] == '\\'
        ? ReadEscape(PatternClasses.WordInBrackets)
        : CodePointSet.Of(text.Next());

    private static bool IsOne(CodePointSet set, out int codePoint)
    {
        bool one = set.Ranges.Length == 1 && set.Ranges[0].First == set.Ranges[0].Last;
        codePoint = one ? set.Ranges[0].First : 0;
        return one;
    }

    /// <summary>
    /// Without case: the letters of ASCII in both cases, and the two other code points that fold to one of them.
    /// </summary>
    internal CodePointSet Folded(CodePointSet set, bool ignoresCase)
    {
        if (!ignoresCase)
            return set;
        var ranges = new List<(int, int)>();
        ranges.AddRange(set.Ranges);
        for (int letter = 'a'; letter <= 'z'; letter++)
        {
            if (set.Contains(letter) || set.Contains(letter - 0x20))
            {
                ranges.Add((letter, letter));
                ranges.Add((letter - 0x20, letter - 0x20));
            }
        }
        if (set.Contains('s') || set.Contains('S'))
            ranges.Add((0x17F, 0x17F));
        if (set.Contains('k') || set.Contains('K'))
            ranges.Add((0x212A, 0x212A));
        if (IsOne(set, out int only) && only >= 0x80)
            throw text.Unsupported("a code point beyond ASCII without regard to case");
        return CodePointSet.Of(ranges);
    }

    /// <summary>The set that an escape stands for, inside or outside of brackets.</summary>
    internal CodePointSet ReadEscape(CodePointSet word)
    {
        char kind = text.At + 1 < text.Length ? text[text.At + 1] : throw text.Unsupported("a backslash at the end");
        text.At += 2;
        switch (kind)
        {
            case 's':
                return PatternClasses.WhiteSpace;
            case 'S':
                return PatternClasses.WhiteSpace.Complement();
            case 'd':
                return PatternClasses.Digit;
            case 'D':
                return PatternClasses.Digit.Complement();
            case 'w':
                return word;
            case 'W':
                return word.Complement();
            case 'p' or 'P':
                return ReadProperty(kind == 'P');
            case 'n':
                return CodePointSet.Of('\n');
            case 'r':
                return CodePointSet.Of('\r');
            case 't':
                return CodePointSet.Of('\t');
            case 'f':
                return CodePointSet.Of('\f');
            case 'v':
                return CodePointSet.Of('\v');
            case 'a':
                return CodePointSet.Of('\a');
            case 'e':
                return CodePointSet.Of(0x1B);
            case '0':
                return CodePointSet.Of(0);
            case 'x':
                return CodePointSet.Of(ReadHexadecimal(2));
            case 'u':
                return CodePointSet.Of(ReadHexadecimal(4));
        }
        if (char.IsAsciiLetterOrDigit(kind))
            throw text.Unsupported($"the escape '\\{kind}'");
        text.At--;
        return CodePointSet.Of(text.Next());
    }

    private CodePointSet ReadProperty(bool inverted)
    {
        int close = !text.AtEnd && text[text.At] == '{' ? text.Find('}') : -1;
        if (close < 0)
            throw text.Unsupported("\\p without a name in braces");
        string name = text.Span(text.At + 1, close).ToString();
        text.At = close + 1;
        if (name.StartsWith('^'))
            (inverted, name) = (!inverted, name[1..]);
        // The tables of Unicode are read for each name.
        text.Work.Take(NamedSetSteps);
        CodePointSet set = PatternClasses.Named(name) ?? throw text.Unsupported(
            $"the property '{ComponentFields.Short(name)}' (known: {PatternClasses.AcceptedNames})");
        return inverted ? set.Complement() : set;
    }

    private int ReadHexadecimal(int digits)
    {
        int end = text.At + digits, start = text.At;
        if (digits == 2 && text.TryTake('{'))
        {
            start = text.At;
            end = text.Find('}');
            text.At = end + 1;
        }
        else
        {
            text.At = end;
        }
        if (end < 0 || end > text.Length || !int.TryParse(text.Span(start, end),
                NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int value)
            || (uint)value > CodePoints.Last)
        {
            throw text.Unsupported("a hexadecimal escape that is no code point");
        }
        return value;
    }
}
