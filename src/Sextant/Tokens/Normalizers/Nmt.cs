namespace Sextant.Tokens;

/// <summary>
/// The rules that machine translation cleans its texts by: some controls go, unusual spaces become U+0020.
/// </summary>
internal sealed class Nmt : Normalizer
{
    internal static void Read(ComponentFields fields, List<Normalizer> steps)
    {
        fields.Expect();
        steps.Add(new Nmt());
    }

    internal override bool WorksInParts => true;

    internal override void Apply(NormalizedText source, NormalizedText destination)
    {
        ReadOnlySpan<char> units = source.Units;
        for (int i = 0; i < units.Length;)
        {
            int from = i, mapped = Map(CodePoints.Next(units, ref i));
            if (mapped >= 0)
                destination.Append(mapped, source, from);
        }
    }

    internal override bool TryMapAscii(int unit, out int mapped)
    {
        mapped = Map(unit);
        return true;
    }

    private static int Map(int codePoint) => codePoint switch
    {
        (>= 1 and <= 8) or 0xB or (>= 0xE and <= 0x1F) or 0x7F or 0x8F or 0x9F => -1,
        9 or 0xA or 0xC or 0xD or 0x1680 or (>= 0x200B and <= 0x200F) or 0x2028 or 0x2029 or 0x2581 or 0xFEFF
            or 0xFFFD => ' ',
        _ => codePoint,
    };
}
