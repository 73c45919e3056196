using System.Text.Json;

namespace Sextant.Tokens;

/// <summary>
/// The component "Split": splits at the matches of a pattern, or, inverted, at what is between them.
/// </summary>
internal sealed class PatternSplit(TextPattern pattern, SplitBehavior behavior, bool inverted) : PreTokenizer
{
    internal static void Read(ComponentFields fields, List<PreTokenizer> steps)
    {
        fields.Expect("pattern", "behavior", "invert");
        steps.Add(new PatternSplit(
            ReadPattern(fields), DelimitedWords.ReadBehavior(fields), fields.OptionalFlag("invert") ?? false));
    }

    /// <summary>Reads a field <c>pattern</c>: {"String": …} or {"Regex": …}.</summary>
    internal static TextPattern ReadPattern(ComponentFields fields)
    {
        const string Accepted = "{\"String\": text} or {\"Regex\": pattern}";
        ComponentFields kind = fields.Inner(fields.Element("pattern", JsonValueKind.Object, Accepted), "pattern");
        kind.AllowOnly("String", "Regex");
        if (kind.Has("String") == kind.Has("Regex"))
            throw fields.Refusal("pattern", "both or neither", Accepted);
        return kind.Has("Regex")
            ? TextPattern.Read(fields, kind.Text("Regex"))
            : TextPattern.Literal(fields, kind.Text("String"));
    }

    internal override bool WorksInParts => pattern.WorksInParts;

    // A delimiter that stands alone, or is gone, is a border on both of its sides.
    internal override bool SplitsAtSpaces => pattern.MatchesAtSpaces && behavior is SplitBehavior.Isolated
        or SplitBehavior.Removed;

    internal override void Split(NormalizedText text, int start, int end, WordList words)
    {
        ReadOnlySpan<char> units = text.Units[start..end];
        var pieces = new DelimitedWords(behavior, words);
        int done = 0, last = -1, from = 0;
        while (from <= units.Length
            && pattern.TryFind(units, from, last, text.Budget, out int matchStart, out int matchEnd))
        {
            if (done < matchStart)
                pieces.Add(start + done, start + matchStart, inverted);
            pieces.Add(start + matchStart, start + matchEnd, !inverted);
            (done, last, from) = (matchEnd, matchEnd, matchEnd);
        }
        if (done < units.Length)
            pieces.Add(start + done, end, inverted);
        pieces.Complete();
    }
}
