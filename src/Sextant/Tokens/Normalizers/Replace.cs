namespace Sextant.Tokens;

/// <summary>
/// Puts a text in place of every match of a pattern; it has the origin of the match's last code point.
/// </summary>
internal sealed class Replace(TextPattern pattern, string content) : Normalizer
{
    internal static void Read(ComponentFields fields, List<Normalizer> steps)
    {
        fields.Expect("pattern", "content");
        steps.Add(new Replace(PatternSplit.ReadPattern(fields), fields.Text("content")));
    }

    // Letters, digits and the space after them must stay what they are.
    internal override bool WorksInParts => pattern.WorksInParts && !pattern.TakesLettersOrDigits
        && (!pattern.CanBeginWith(' ') || content.StartsWith(' '));

    internal override bool LeavesAlone(NormalizedText text) =>
        text.Length == 0 || !pattern.TryFind(text.Units, 0, -1, text.Budget, out _, out _);

    internal override void Apply(NormalizedText source, NormalizedText destination)
    {
        ReadOnlySpan<char> units = source.Units;
        int done = 0, last = -1;
        while (pattern.TryFind(units, done, last, source.Budget, out int start, out int end))
        {
            destination.AppendRange(source, done, start);
            destination.AppendText(content, source, Math.Max(end - 1, 0));
            if (start == end && end == units.Length)
                return;
            (done, last) = (end, end);
        }
        destination.AppendRange(source, done, units.Length);
    }

    internal override bool TryMapAscii(int unit, out int mapped)
    {
        mapped = unit;
        return false;
    }
}
