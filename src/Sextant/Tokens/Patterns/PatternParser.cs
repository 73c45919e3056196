using System.Globalization;

namespace Sextant.Tokens;

/// <summary>
/// Reads the patterns of tokenizer files as the reference's Oniguruma reads them; a construct that is not supported is
/// refused by name.
/// </summary>
/// <remarks>
/// Look-around may look at one code point (or the text's edge), and only a single code point may be repeated
/// possessively: that is what tokenizers need, and what an automaton does in one pass.
/// </remarks>
internal sealed class PatternParser
{
    private const int DepthLimit = 50;

    private static readonly CodePointSet LineFeed = CodePointSet.Of('\n');

    private readonly string _pattern;
    private int _at;
    private int _depth;
    private bool _ignoresCase;

    private PatternParser(string pattern) => _pattern = pattern;

    /// <exception cref="PatternException">The pattern is damaged or has something that is not supported.</exception>
    internal static PatternNode Parse(string pattern)
    {
        var parser = new PatternParser(pattern);
        PatternNode node = parser.ReadChoice();
        return parser._at == pattern.Length
            ? node
            : throw parser.Unsupported("a closing parenthesis without an opening");
    }

    /// <summary>A pattern of exactly this text.</summary>
    internal static PatternNode Literal(string text)
    {
        var parts = new List<PatternNode>();
        for (int i = 0; i < text.Length;)
            parts.Add(new SetNode(CodePointSet.Of(CodePoints.Next(text, ref i))));
        return new SequenceNode(parts);
    }

    private PatternNode ReadChoice()
    {
        if (++_depth > DepthLimit)
            throw Unsupported($"groups nested more than {DepthLimit} deep");
        bool ignoresCase = _ignoresCase;
        var alternatives = new List<PatternNode> { ReadSequence() };
        while (TryTake('|'))
            alternatives.Add(ReadSequence());
        (_depth, _ignoresCase) = (_depth - 1, ignoresCase);
        return alternatives.Count == 1 ? alternatives[0] : new ChoiceNode(alternatives);
    }

    private SequenceNode ReadSequence()
    {
        var parts = new List<PatternNode>();
        while (_at < _pattern.Length && _pattern[_at] is not ('|' or ')'))
            parts.Add(ReadRepeated());
        RefuseFoldedPairs(parts);
        return new SequenceNode(parts);
    }

    private PatternNode ReadRepeated()
    {
        PatternNode atom = ReadAtom();
        if (!TryReadCount(out int least, out int most, out bool counted))
            return atom;
        if (atom is LookNode or WordEdgeNode)
            throw Unsupported("a repeated look-around");
        bool lazy = false, possessive = false;
        if (TryTake('?'))
            lazy = !counted || least != most ? true : throw Unsupported("{n}?");
        else if (!counted && TryTake('+'))
            possessive = true;
        PatternNode repeated = new RepeatNode(atom, least, most, lazy);
        if (possessive)
        {
            // What a single code point's greedy repetition leaves cannot begin with that code point.
            if (atom is not SetNode { Set: CodePointSet set })
                throw Unsupported("a possessive repetition of more than one code point");
            repeated = most < 0
                ? new SequenceNode([repeated, new LookNode(true, set.Complement(), AtEdge: true)])
                : new ChoiceNode([atom, new LookNode(true, set.Complement(), AtEdge: true)]);
        }
        if (_at < _pattern.Length && _pattern[_at] is '*' or '+' or '?')
        {
            return counted && TryTake('+')
                ? new RepeatNode(repeated, 1, -1, false)
                : throw Unsupported("two repetitions in a row");
        }
        return repeated;
    }

    private bool TryReadCount(out int least, out int most, out bool counted)
    {
        (least, most, counted) = (0, -1, false);
        if (_at == _pattern.Length)
            return false;
        switch (_pattern[_at])
        {
            case '*':
                _at++;
                return true;
            case '+':
                (least, _at) = (1, _at + 1);
                return true;
            case '?':
                (most, _at) = (1, _at + 1);
                return true;
            case '{':
                break;
            default:
                return false;
        }
        // A brace that opens no count stands for itself.
        int close = _pattern.IndexOf('}', _at);
        if (close < 0)
            return false;
        string inner = _pattern[(_at + 1)..close];
        string[] bounds = inner.Split(',');
        if (bounds.Length > 2 || inner is "" or "," || !Array.TrueForAll(bounds, bound => bound.Length == 0
            || (bound.Length < 5 && int.TryParse(bound, NumberStyles.None, CultureInfo.InvariantCulture, out _))))
        {
            return false;
        }
        least = bounds[0].Length == 0 ? 0 : int.Parse(bounds[0], CultureInfo.InvariantCulture);
        if (bounds.Length == 1)
            most = least;
        else if (bounds[1].Length > 0)
            most = int.Parse(bounds[1], CultureInfo.InvariantCulture);
        if (most >= 0 && most < least)
            throw Unsupported("a count whose end is before its beginning");
        (_at, counted) = (close + 1, true);
        return true;
    }

    private PatternNode ReadAtom()
    {
        char c = _pattern[_at];
        switch (c)
        {
            case '(':
                _at++;
                return ReadGroup();
            case '[':
                _at++;
                return new SetNode(Folded(ReadClass()));
            case '.':
                _at++;
                return new SetNode(LineFeed.Complement());
            case '^':
                // At the beginning, and behind a line feed, unless the text ends with it.
                _at++;
                var lineBefore = new LookNode(false, LineFeed, AtEdge: false);
                var behindLine = new SequenceNode([lineBefore, new LookNode(true, CodePointSet.All, AtEdge: false)]);
                return new ChoiceNode([new LookNode(false, CodePointSet.Empty, AtEdge: true), behindLine]);
            case '$':
                _at++;
                return new LookNode(true, LineFeed, AtEdge: true);
            case '\\':
                return ReadEscape();
            case '*' or '+' or '?':
                throw Unsupported("a repetition of nothing");
            default:
                return new SetNode(Folded(CodePointSet.Of(CodePoints.Next(_pattern, ref _at))));
        }
    }

    private PatternNode ReadGroup()
    {
        bool before = _ignoresCase;
        bool? ahead = null;
        bool inverted = false;
        if (TryTake("?:"))
        {
        }
        else if (TryTake("?i:"))
            _ignoresCase = true;
        else if (TryTake("?-i:"))
            _ignoresCase = false;
        else if (TryTake("?i)"))
        {
            // To the end of the group around it.
            _ignoresCase = true;
            return new SequenceNode([]);
        }
        else if (TryTake("?=") || TryTake("?!"))
            (ahead, inverted) = (true, _pattern[_at - 1] == '!');
        else if (TryTake("?<=") || TryTake("?<!"))
            (ahead, inverted) = (false, _pattern[_at - 1] == '!');
        else if (_at < _pattern.Length && _pattern[_at] == '?')
            throw Unsupported($"the group '({_pattern.AsSpan(_at, Math.Min(3, _pattern.Length - _at))}…'");
        PatternNode body = ReadChoice();
        _ignoresCase = before;
        if (!TryTake(')'))
            throw Unsupported("a group without an end");
        return ahead is bool looksAhead ? Look(looksAhead, inverted, body) : body;
    }

    private LookNode Look(bool ahead, bool inverted, PatternNode body)
    {
        if (body is SequenceNode { Parts: [PatternNode only] })
            body = only;
        CodePointSet set = CodePointSet.Empty;
        bool edge = false;
        foreach (PatternNode alternative in body is ChoiceNode choice ? choice.Alternatives : [body])
        {
            PatternNode part = alternative is SequenceNode { Parts: [PatternNode single] } ? single : alternative;
            if (part is SetNode one)
                set = set.Union(one.Set);
            else if (part is LookNode look && look.Ahead == ahead)
                (set, edge) = (set.Union(look.Set), edge | look.AtEdge);
            else
                throw Unsupported("a look-around at more than one code point");
        }
        return inverted ? new LookNode(ahead, set.Complement(), !edge) : new LookNode(ahead, set, edge);
    }

    private PatternNode ReadEscape()
    {
        char kind = _at + 1 < _pattern.Length ? _pattern[_at + 1] : throw Unsupported("a backslash at the end");
        switch (kind)
        {
            case 'b' or 'B':
                _at += 2;
                return new WordEdgeNode(kind == 'B');
            case 'A':
                _at += 2;
                return new LookNode(false, CodePointSet.Empty, AtEdge: true);
            case 'z':
                _at += 2;
                return new LookNode(true, CodePointSet.Empty, AtEdge: true);
            default:
                return new SetNode(Folded(ReadEscapedSet(PatternClasses.Word)));
        }
    }

    // The set that an escape stands for, inside or outside of brackets.
    private CodePointSet ReadEscapedSet(CodePointSet word)
    {
        char kind = _at + 1 < _pattern.Length ? _pattern[_at + 1] : throw Unsupported("a backslash at the end");
        _at += 2;
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
            throw Unsupported($"the escape '\\{kind}'");
        _at--;
        return CodePointSet.Of(CodePoints.Next(_pattern, ref _at));
    }

    private CodePointSet ReadProperty(bool inverted)
    {
        int close = _at < _pattern.Length && _pattern[_at] == '{' ? _pattern.IndexOf('}', _at) : -1;
        if (close < 0)
            throw Unsupported("\\p without a name in braces");
        string name = _pattern[(_at + 1)..close];
        _at = close + 1;
        if (name.StartsWith('^'))
            (inverted, name) = (!inverted, name[1..]);
        CodePointSet set = PatternClasses.Named(name) ?? throw Unsupported(
            $"the property '{ComponentFields.Short(name)}' (known: {PatternClasses.AcceptedNames})");
        return inverted ? set.Complement() : set;
    }

    private int ReadHexadecimal(int digits)
    {
        int end = _at + digits, start = _at;
        if (digits == 2 && TryTake('{'))
        {
            start = _at;
            end = _pattern.IndexOf('}', _at);
            _at = end + 1;
        }
        else
        {
            _at = end;
        }
        if (end < 0 || end > _pattern.Length || !int.TryParse(_pattern.AsSpan(start, end - start),
                NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int value)
            || (uint)value > CodePoints.Last)
        {
            throw Unsupported("a hexadecimal escape that is no code point");
        }
        return value;
    }

    // Behind the opening bracket; brackets within are sets that are joined.
    private CodePointSet ReadClass()
    {
        if (++_depth > DepthLimit)
            throw Unsupported($"brackets nested more than {DepthLimit} deep");
        bool inverted = TryTake('^');
        var ranges = new List<(int, int)>();
        for (bool first = true; ; first = false)
        {
            if (_at >= _pattern.Length)
                throw Unsupported("a bracket without an end");
            if (TryTake("[:"))
                throw Unsupported("a POSIX bracket");
            if (TryTake("&&"))
                throw Unsupported("an intersection");
            if (!first && TryTake(']'))
                break;
            if (TryTake('['))
            {
                ranges.AddRange(ReadClass().Ranges);
                continue;
            }
            CodePointSet from = ReadMember();
            if (_at + 1 < _pattern.Length && _pattern[_at] == '-' && _pattern[_at + 1] != ']')
            {
                _at++;
                CodePointSet to = ReadMember();
                if (!IsOne(from, out int low) || !IsOne(to, out int high) || high < low)
                    throw Unsupported("a range without two ends in order");
                ranges.Add((low, high));
                continue;
            }
            ranges.AddRange(from.Ranges);
        }
        _depth--;
        CodePointSet set = CodePointSet.Of(ranges);
        // Case is folded before a set is inverted: [^a] without case leaves out A as well.
        return inverted ? Folded(set).Complement() : set;
    }

    private CodePointSet ReadMember() => _pattern[_at] == '\\'
        ? ReadEscapedSet(PatternClasses.WordInBrackets)
        : CodePointSet.Of(CodePoints.Next(_pattern, ref _at));

    private static bool IsOne(CodePointSet set, out int codePoint)
    {
        bool one = set.Ranges.Length == 1 && set.Ranges[0].First == set.Ranges[0].Last;
        codePoint = one ? set.Ranges[0].First : 0;
        return one;
    }

    // Without case: the letters of ASCII in both cases, and the two other code points that fold to one of them.
    private CodePointSet Folded(CodePointSet set)
    {
        if (!_ignoresCase)
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
            throw Unsupported("a code point beyond ASCII without regard to case");
        return CodePointSet.Of(ranges);
    }

    // One code point that folds to two, such as the ligature of f and i, would match such a pair.
    private void RefuseFoldedPairs(List<PatternNode> parts)
    {
        for (int i = 1; _ignoresCase && i < parts.Count; i++)
        {
            if (parts[i - 1] is SetNode { Set: CodePointSet first } && parts[i] is SetNode { Set: CodePointSet second }
                && ((first.Contains('s') && (second.Contains('s') || second.Contains('t')))
                    || (first.Contains('f') && (second.Contains('f') || second.Contains('i') || second.Contains('l')))))
            {
                throw Unsupported("ss, st, ff, fi or fl without regard to case");
            }
        }
    }

    private bool TryTake(char c)
    {
        if (_at >= _pattern.Length || _pattern[_at] != c)
            return false;
        _at++;
        return true;
    }

    private bool TryTake(string text)
    {
        if (!_pattern.AsSpan(_at).StartsWith(text, StringComparison.Ordinal))
            return false;
        _at += text.Length;
        return true;
    }

    private PatternException Unsupported(string what) => new($"{what}, near place {_at}");
}

/// <summary>
/// A pattern that is damaged or has something that is not supported; turned into the typed error by readers.
/// </summary>
internal sealed class PatternException(string message) : Exception(message);
