namespace Sextant.Tokens;

/// <summary>Takes white space off the ends of a text.</summary>
internal sealed class Strip(bool left, bool right) : Normalizer
{
    internal static void Read(ComponentFields fields, List<Normalizer> steps)
    {
        fields.Expect("strip_left", "strip_right");
        steps.Add(new Strip(fields.Flag("strip_left"), fields.Flag("strip_right")));
    }

    internal override bool WorksInParts => false;

    internal override bool LeavesAlone(NormalizedText text)
    {
        ReadOnlySpan<char> units = text.Units;
        return units.IsEmpty || !((left && IsWhiteSpace(units[0])) || (right && IsWhiteSpace(units[^1])));
    }

    internal override void Apply(NormalizedText source, NormalizedText destination)
    {
        ReadOnlySpan<char> units = source.Units;
        int start = 0, end = units.Length;
        while (left && start < end && IsWhiteSpace(units[start]))
            start++;
        while (right && end > start && IsWhiteSpace(units[end - 1]))
            end--;
        destination.AppendRange(source, start, end);
    }

    internal override bool TryMapAscii(int unit, out int mapped)
    {
        mapped = unit;
        return false;
    }

    // All white space is in the basic plane, so units will do.
    private static bool IsWhiteSpace(char unit) => CodePoints.Is(unit, CodePointClasses.WhiteSpace);
}
