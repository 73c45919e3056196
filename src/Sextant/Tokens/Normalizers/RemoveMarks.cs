namespace Sextant.Tokens;

/// <summary>
/// Drops the marks of a class: BERT drops nonspacing ones, the StripAccents component all combining ones.
/// </summary>
internal sealed class RemoveMarks(CodePointClasses marks) : Normalizer
{
    internal static void ReadStripAccents(ComponentFields fields, List<Normalizer> steps)
    {
        fields.Expect();
        steps.Add(new RemoveMarks(CodePointClasses.CombiningMark));
    }

    internal override bool WorksInParts => true;

    internal override void Apply(NormalizedText source, NormalizedText destination)
    {
        ReadOnlySpan<char> units = source.Units;
        for (int i = 0; i < units.Length;)
        {
            int from = i, codePoint = CodePoints.Next(units, ref i);
            if (codePoint < 0x80 || !CodePoints.Is(codePoint, marks))
                destination.Append(codePoint, source, from);
        }
    }

    internal override bool TryMapAscii(int unit, out int mapped)
    {
        mapped = unit;
        return true;
    }
}
