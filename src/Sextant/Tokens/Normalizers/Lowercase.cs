namespace Sextant.Tokens;

/// <summary>
/// Lower-cases code point by code point (a capital sigma never becomes a final one), whatever the culture.
/// </summary>
internal sealed class Lowercase : Normalizer
{
    internal static void Read(ComponentFields fields, List<Normalizer> steps)
    {
        fields.Expect();
        steps.Add(new Lowercase());
    }

    internal override bool WorksInParts => true;

    internal override void Apply(NormalizedText source, NormalizedText destination)
    {
        ReadOnlySpan<char> units = source.Units;
        for (int i = 0; i < units.Length;)
        {
            int from = i, codePoint = CodePoints.Next(units, ref i);
            destination.Append(CodePoints.ToLower(codePoint, out int second), source, from);
            if (second != 0)
                destination.Append(second, source, from);
        }
    }

    internal override bool TryMapAscii(int unit, out int mapped)
    {
        mapped = CodePoints.ToLower(unit, out _);
        return true;
    }
}
