namespace Sextant.Tokens;

/// <summary>The text of a pattern while it is read, and the position in it.</summary>
internal sealed class PatternText(string text, PatternWork work)
{
    private const int DepthLimit = 50;

    private int _depth;

    /// <summary>What reading it may take.</summary>
    internal PatternWork Work => work;

    internal int At { get; set; }

    internal bool AtEnd => At >= text.Length;

    internal int Length => text.Length;

    internal char this[int position] => text[position];

    /// <summary>The code point here, which is passed.</summary>
    internal int Next()
    {
        int at = At, codePoint = CodePoints.Next(text, ref at);
        At = at;
        return codePoint;
    }

    internal ReadOnlySpan<char> Span(int start, int end) => text.AsSpan(start, end - start);

    /// <summary>Where the character is next, from here on; negative: nowhere.</summary>
    internal int Find(char c) => text.IndexOf(c, At);

    internal bool TryTake(char c)
    {
        if (AtEnd || text[At] != c)
            return false;
        At++;
        return true;
    }

    internal bool TryTake(string part)
    {
        if (!text.AsSpan(At).StartsWith(part, StringComparison.Ordinal))
            return false;
        At += part.Length;
        return true;
    }

    /// <summary>Into what may hold itself; the stack ends sooner than a hostile pattern.</summary>
    internal void Enter(string what)
    {
        if (++_depth > DepthLimit)
            throw Unsupported($"{what} nested more than {DepthLimit} deep");
    }

    internal void Leave() => _depth--;

    internal PatternException Unsupported(string what) => new($"{what}, near position {At}");
}
