namespace Sextant.Tokens;

/// <summary>Walks a text as stretches of ordinary text and added tokens, in order.</summary>
internal ref struct AddedTokenSplits
{
    private readonly TokenMatcher _matcher;
    private readonly ReadOnlySpan<char> _text;
    private readonly TextBudget _budget;
    private int _searchFrom;
    private int _done;
    private (int Start, int End, AddedToken Token)? _pending;

    internal AddedTokenSplits(TokenMatcher matcher, ReadOnlySpan<char> text, TextBudget budget)
    {
        _matcher = matcher;
        _text = text;
        _budget = budget;
    }

    internal int Start { get; private set; }

    internal int End { get; private set; }

    /// <summary>The added token that stands here; null for ordinary text.</summary>
    internal AddedToken? Token { get; private set; }

    internal bool MoveNext()
    {
        if (_pending is (int pendingStart, int pendingEnd, AddedToken pendingToken))
        {
            _pending = null;
            return Emit(pendingStart, pendingEnd, pendingToken);
        }
        while (_matcher.TryFind(_text, _searchFrom, _budget, out int start, out int end, out AddedToken token))
        {
            _searchFrom = end;
            if (token.SingleWord && TouchesWord(start, end))
                continue;
            if (token.StripLeft)
            {
                // White space that the token before has swallowed is gone, even where this one's text begins with it.
                start = Math.Max(start, _done);
                if (start >= end)
                    continue;
                while (start > _done && IsWhiteSpace(_text[start - 1]))
                    start--;
            }
            if (token.StripRight)
            {
                while (end < _text.Length && IsWhiteSpace(_text[end]))
                    end++;
            }
            if (_done >= start)
                return Emit(start, end, token);
            _pending = (start, end, token);
            return Emit(_done, start, null);
        }
        return _done < _text.Length && Emit(_done, _text.Length, null);
    }

    private bool Emit(int start, int end, AddedToken? token)
    {
        (Start, End, Token) = (start, end, token);
        _done = end;
        return true;
    }

    private readonly bool TouchesWord(int start, int end)
    {
        if (start > 0 && CodePoints.Is(CodePoints.Previous(_text, start), CodePointClasses.Word))
            return true;
        return end < _text.Length && CodePoints.Is(CodePoints.Next(_text, ref end), CodePointClasses.Word);
    }

    // All white space is in the basic plane, so units will do.
    private static bool IsWhiteSpace(char unit) => CodePoints.Is(unit, CodePointClasses.WhiteSpace);
}
