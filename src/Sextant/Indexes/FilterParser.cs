namespace Sextant.Indexes;

/// <summary>Reads conditions as people type them (<see cref="IndexFilter.Parse"/>).</summary>
internal sealed class FilterParser
{
    private const int MaxDepth = 64;

    private static readonly (string Sign, IndexComparison Comparison)[] s_signs =
    [
        ("!=", IndexComparison.NotEqual), ("<=", IndexComparison.LessOrEqual), (">=", IndexComparison.GreaterOrEqual),
        ("=", IndexComparison.Equal), ("<", IndexComparison.Less), (">", IndexComparison.Greater),
    ];

    private readonly string _text;
    private int _position;
    private int _depth;

    private FilterParser(string text) => _text = text;

    /// <summary>Reads one condition.</summary>
    /// <exception cref="ArgumentException">It is not of the form.</exception>
    public static FilterNode Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text, "conditions");
        var parser = new FilterParser(text);
        if (!parser.IsAtGroup())
            return Simple(text, isQuoted: false);
        FilterNode node = parser.Alternatives();
        return parser._position == text.Length ? node : throw parser.Wrong("'and' or 'or' is needed");
    }

    // a or b or …
    private FilterNode Alternatives()
    {
        List<FilterNode> nodes = [Terms()];
        while (Take("or"))
            nodes.Add(Terms());
        return nodes.Count == 1 ? nodes[0] : new AnyNode([.. nodes]);
    }

    // a and b and …
    private FilterNode Terms()
    {
        List<FilterNode> nodes = [Term()];
        while (Take("and"))
            nodes.Add(Term());
        return nodes.Count == 1 ? nodes[0] : new AllNode([.. nodes]);
    }

    // (…) or not (…)
    private FilterNode Term()
    {
        if (++_depth > MaxDepth)
            throw Wrong($"parentheses are nested more than {MaxDepth} deep");
        bool isNot = Take("not");
        SkipSpaces();
        if (_position == _text.Length || _text[_position] != '(')
            throw Wrong("'(' is needed");
        _position++;
        FilterNode node = IsAtGroup() ? Alternatives() : Simple(UpToParenthesis(), isQuoted: true);
        if (_position == _text.Length || _text[_position] != ')')
            throw Wrong("')' is needed");
        _position++;
        SkipSpaces();
        _depth--;
        return isNot ? new NotNode(node) : node;
    }

    // Whether a parenthesis follows, or 'not' and one.
    private bool IsAtGroup()
    {
        SkipSpaces();
        ReadOnlySpan<char> rest = _text.AsSpan(_position);
        return rest.StartsWith("(") || (rest.StartsWith("not") && rest[3..].TrimStart().StartsWith("("));
    }

    private bool Take(string word)
    {
        SkipSpaces();
        ReadOnlySpan<char> rest = _text.AsSpan(_position);
        if (!rest.StartsWith(word, StringComparison.Ordinal)
            || (rest.Length > word.Length && !char.IsWhiteSpace(rest[word.Length]) && rest[word.Length] != '('))
        {
            return false;
        }
        _position += word.Length;
        return true;
    }

    private void SkipSpaces()
    {
        while (_position < _text.Length && char.IsWhiteSpace(_text[_position]))
            _position++;
    }

    // A condition's text: parentheses in it come in pairs, but for those in quotes.
    private string UpToParenthesis()
    {
        (int start, int open, bool isQuoted) = (_position, 0, false);
        for (; _position < _text.Length; _position++)
        {
            char c = _text[_position];
            if (c == '"')
                isQuoted = !isQuoted;
            else if (!isQuoted && c == '(')
                open++;
            else if (!isQuoted && c == ')' && open-- == 0)
                break;
        }
        return _text[start.._position].Trim();
    }

    private ArgumentException Wrong(string problem) =>
        new($"'{_text}' is no condition: {problem} at position {_position + 1}.");

    // What comes first decides: a value may hold a word, and one in a list the signs.
    private static FilterNode Simple(string text, bool isQuoted)
    {
        int position = text.AsSpan().IndexOfAny("=<>!");
        if (Split(text, " in ", position, out string name, out string values)
            && values.StartsWith('(') && values.EndsWith(')'))
        {
            return new ComparisonNode(
                name, null, [.. Values(values[1..^1], isQuoted).Select(one => Operand(one, isQuoted))]);
        }
        if (Split(text, " contains ", position, out name, out string element))
            return new ContainsNode(name, Operand(element, isQuoted));
        foreach ((string sign, IndexComparison comparison) in s_signs)
        {
            if (position > 0 && text.AsSpan(position).StartsWith(sign, StringComparison.Ordinal))
            {
                string value = text[(position + sign.Length)..].Trim();
                return new ComparisonNode(text[..position].Trim(), comparison, [Operand(value, isQuoted)]);
            }
        }
        if (position < 0 && text.EndsWith(" exists", StringComparison.Ordinal))
            return new ExistsNode(text[..^7].Trim(), IsParsed: true);
        if (position < 0 && text.EndsWith(" missing", StringComparison.Ordinal))
            return new NotNode(new ExistsNode(text[..^8].Trim(), IsParsed: true));
        throw new ArgumentException(
            $"'{text}' is no condition; NAME=VALUE is accepted, with !=, <, <=, > or >= too, NAME in (VALUE, VALUE), "
            + "NAME contains VALUE, NAME exists, NAME missing, and conditions in parentheses with and, or, not.");
    }

    // Between commas, but for those in quotes.
    private static List<string> Values(string text, bool isQuoted)
    {
        var values = new List<string>();
        (int start, bool isOpen) = (0, false);
        for (int i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && text[i] == '"')
                isOpen ^= isQuoted;
            if (i < text.Length && (isOpen || text[i] != ','))
                continue;
            values.Add(text[start..i].Trim());
            start = i + 1;
        }
        return values;
    }

    private static bool Split(string text, string word, int signs, out string name, out string rest)
    {
        int position = text.IndexOf(word, StringComparison.Ordinal);
        bool isFirst = position > 0 && (signs < 0 || position < signs);
        (name, rest) = isFirst ? (text[..position].Trim(), text[(position + word.Length)..].Trim()) : ("", "");
        return isFirst;
    }

    private static FilterOperand Operand(string value, bool isQuoted) => FilterOperand.Of(
        isQuoted && value.Length > 1 && value.StartsWith('"') && value.EndsWith('"') ? value[1..^1] : value);
}
