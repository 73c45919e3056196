namespace Sextant.Tokens;

/// <summary>How many spaces a token's text begins and ends with.</summary>
internal readonly record struct SpaceCounts(int Leading, int Trailing);

/// <summary>
/// Spaces at the ends of all tokens of a vocabulary, where offsets are to leave them out. A space is white space, or
/// the letter that stands for a space byte.
/// </summary>
internal sealed class TokenSpaces
{
    private readonly SpaceCounts[] _counts;

    internal TokenSpaces(Vocabulary vocabulary)
    {
        _counts = new SpaceCounts[vocabulary.Size];
        for (int id = 0; id < _counts.Length; id++)
        {
            if (vocabulary.Contains(id))
                _counts[id] = Of(vocabulary.TextOfId(id));
        }
    }

    internal SpaceCounts this[int id] => _counts[id];

    internal static SpaceCounts Of(ReadOnlySpan<char> text)
    {
        int leading = 0, trailing = 0;
        while (leading < text.Length && IsSpace(text[leading]))
            leading++;
        while (trailing < text.Length && IsSpace(text[^(trailing + 1)]))
            trailing++;
        return new SpaceCounts(leading, trailing);
    }

    // All white space is in the basic plane, so units will do.
    private static bool IsSpace(char unit) =>
        unit == ByteLetters.Space || CodePoints.Is(unit, CodePointClasses.WhiteSpace);
}
