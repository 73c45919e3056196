namespace Sextant.Tokens;

/// <summary>The named sets of a pattern: <c>\s \d \w</c> and <c>\p{…}</c>, as measured on the reference.</summary>
internal static class PatternClasses
{
    private const string Accepted = "general categories such as L, Lu or Nd, Han, Hiragana, Katakana, Latin, Cyrillic, "
        + "Greek, Arabic, Hebrew, Thai, Hangul";

    internal static CodePointSet WhiteSpace { get; } = CodePointSet.Read(UnicodeData.WhiteSpace);

    internal static CodePointSet Word { get; } =
        CodePointSet.Read(UnicodeData.Word).Difference(CodePointSet.Read(UnicodeData.PatternWordDifference));

    /// <summary>
    /// What \w means within brackets: there the reference leaves out the numbers of Latin-1 that are no digits.
    /// </summary>
    internal static CodePointSet WordInBrackets { get; } =
        Word.Difference(CodePointSet.Of([(0xB2, 0xB3), (0xB9, 0xB9), (0xBC, 0xBE)]));

    internal static CodePointSet Digit { get; } = Category("Nd");

    /// <summary>What an unknown name is told.</summary>
    internal static string AcceptedNames => Accepted;

    /// <summary>The set of a property name, or null for a name that is not known.</summary>
    internal static CodePointSet? Named(string name)
    {
        string plain = name.Replace("_", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal)
            .ToUpperInvariant();
        string? category = plain switch
        {
            "LETTER" => "L",
            "MARK" => "M",
            "NUMBER" => "N",
            "PUNCTUATION" => "P",
            "SYMBOL" => "S",
            "SEPARATOR" => "Z",
            _ => null,
        };
        if (category is null && plain.Length is 1 or 2)
            category = plain[..1] + plain[1..].ToLowerInvariant();
        if (category is not null && category != "C" && category != "Cn")
        {
            CodePointSet set = Category(category);
            return set.IsEmpty ? null : set;
        }
        return UnicodeScripts.Named(plain);
    }

    private static CodePointSet Category(string name) => CodePointSet.Read(
        UnicodeData.Categories, value => value.StartsWith(name, StringComparison.Ordinal));
}
