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
    private static readonly CodePointSet LineFeed = CodePointSet.Of('\n');

    private readonly PatternText _text;
    private readonly PatternSets _sets;
    private bool _ignoresCase;

    private PatternParser(string pattern, PatternWork work)
    {
        _text = new PatternText(pattern, work);
        _sets = new PatternSets(_text);
    }

    /// <exception cref="PatternException">The pattern is damaged or has something that is not supported.</exception>
    internal static PatternNode Parse(string pattern, PatternWork? work = null)
    {
        if (pattern.Length > PatternWork.LongestPattern)
            throw new PatternException($"more than {PatternWork.LongestPattern} UTF-16 units");
        var parser = new PatternParser(pattern, work ?? new PatternWork());
        PatternNode node = parser.ReadChoice();
        return parser._text.AtEnd
            ? node
            : throw parser._text.Unsupported("a closing parenthesis without an opening");
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
        _text.Enter("groups");
        bool ignoresCase = _ignoresCase;
        var alternatives = new List<PatternNode> { ReadSequence() };
        while (_text.TryTake('|'))
            alternatives.Add(ReadSequence());
        _ignoresCase = ignoresCase;
        _text.Leave();
        return alternatives.Count == 1 ? alternatives[0] : new ChoiceNode(alternatives);
    }

    private SequenceNode ReadSequence()
    {
        var parts = new List<PatternNode>();
        while (!_text.AtEnd && _text[_text.At] is not ('|' or ')'))
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
            throw _text.Unsupported("a repeated look-around");
        bool lazy = false, possessive = false;
        if (_text.TryTake('?'))
            lazy = !counted || least != most ? true : throw _text.Unsupported("{n}?");
        else if (!counted && _text.TryTake('+'))
            possessive = true;
        PatternNode repeated = new RepeatNode(atom, least, most, lazy);
        if (possessive)
        {
            // What a single code point's greedy repetition leaves cannot begin with that code point.
            if (atom is not SetNode { Set: CodePointSet set })
                throw _text.Unsupported("a possessive repetition of more than one code point");
            repeated = most < 0
                ? new SequenceNode([repeated, new LookNode(true, set.Complement(), AtEdge: true)])
                : new ChoiceNode([atom, new LookNode(true, set.Complement(), AtEdge: true)]);
        }
        if (!_text.AtEnd && _text[_text.At] is '*' or '+' or '?')
        {
            return counted && _text.TryTake('+')
                ? new RepeatNode(repeated, 1, -1, false)
                : throw _text.Unsupported("two repetitions in a row");
        }
        return repeated;
    }

    private bool TryReadCount(out int least, out int most, out bool counted)
    {
        (least, most, counted) = (0, -1, false);
        if (_text.AtEnd)
            return false;
        switch (_text[_text.At])
        {
            case '*':
                _text.At++;
                return true;
            case '+':
                (least, _text.At) = (1, _text.At + 1);
                return true;
            case '?':
                (most, _text.At) = (1, _text.At + 1);
                return true;
            case '{':
                break;
            default:
                return false;
        }
        // A brace that opens no count stands for itself.
        int close = _text.Find('}');
        if (close < 0)
            return false;
        string inner = _text.Span(_text.At + 1, close).ToString();
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
            throw _text.Unsupported("a count whose end is before its beginning");
        (_text.At, counted) = (close + 1, true);
        return true;
    }

    private PatternNode ReadAtom()
    {
        char c = _text[_text.At];
        switch (c)
        {
            case '(':
                _text.At++;
                return ReadGroup();
            case '[':
                _text.At++;
                return new SetNode(Folded(_sets.ReadClass(_ignoresCase)));
            case '.':
                _text.At++;
                return new SetNode(LineFeed.Complement());
            case '^':
                // At the beginning, and after a line feed, unless the text ends with it.
                _text.At++;
                var lineBefore = new LookNode(false, LineFeed, AtEdge: false);
                var behindLine = new SequenceNode([lineBefore, new LookNode(true, CodePointSet.All, AtEdge: false)]);
                return new ChoiceNode([new LookNode(false, CodePointSet.Empty, AtEdge: true), behindLine]);
            case '$':
                _text.At++;
                return new LookNode(true, LineFeed, AtEdge: true);
            case '\\':
                return ReadEscape();
            case '*' or '+' or '?':
                throw _text.Unsupported("a repetition of nothing");
            default:
                return new SetNode(Folded(CodePointSet.Of(_text.Next())));
        }
    }

    private PatternNode ReadGroup()
    {
        bool before = _ignoresCase;
        bool? ahead = null;
        bool inverted = false;
        if (_text.TryTake("?:"))
        {
        }
        else if (_text.TryTake("?i:"))
            _ignoresCase = true;
        else if (_text.TryTake("?-i:"))
            _ignoresCase = false;
        else if (_text.TryTake("?i)"))
        {
            // To the end of the group around it.
            _ignoresCase = true;
            return new SequenceNode([]);
        }
        else if (_text.TryTake("?=") || _text.TryTake("?!"))
            (ahead, inverted) = (true, _text[_text.At - 1] == '!');
        else if (_text.TryTake("?<=") || _text.TryTake("?<!"))
            (ahead, inverted) = (false, _text[_text.At - 1] == '!');
        else if (!_text.AtEnd && _text[_text.At] == '?')
            throw _text.Unsupported($"the group '({_text.Span(_text.At, Math.Min(_text.At + 3, _text.Length))}…'");
        PatternNode body = ReadChoice();
        _ignoresCase = before;
        if (!_text.TryTake(')'))
            throw _text.Unsupported("a group without an end");
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
                throw _text.Unsupported("a look-around at more than one code point");
        }
        return inverted ? new LookNode(ahead, set.Complement(), !edge) : new LookNode(ahead, set, edge);
    }

    private PatternNode ReadEscape()
    {
        if (_text.At + 1 >= _text.Length)
            throw _text.Unsupported("a backslash at the end");
        char kind = _text[_text.At + 1];
        switch (kind)
        {
            case 'b' or 'B':
                _text.At += 2;
                return new WordEdgeNode(kind == 'B');
            case 'A':
                _text.At += 2;
                return new LookNode(false, CodePointSet.Empty, AtEdge: true);
            case 'z':
                _text.At += 2;
                return new LookNode(true, CodePointSet.Empty, AtEdge: true);
            default:
                return new SetNode(Folded(_sets.ReadEscape(PatternClasses.Word)));
        }
    }

    private CodePointSet Folded(CodePointSet set) => _sets.Folded(set, _ignoresCase);

    // One code point that folds to two, such as the ligature of f and i, would match such a pair.
    private void RefuseFoldedPairs(List<PatternNode> parts)
    {
        for (int i = 1; _ignoresCase && i < parts.Count; i++)
        {
            if (parts[i - 1] is SetNode { Set: CodePointSet first } && parts[i] is SetNode { Set: CodePointSet second }
                && ((first.Contains('s') && (second.Contains('s') || second.Contains('t')))
                    || (first.Contains('f') && (second.Contains('f') || second.Contains('i') || second.Contains('l')))))
            {
                throw _text.Unsupported("ss, st, ff, fi or fl without regard to case");
            }
        }
    }
}
