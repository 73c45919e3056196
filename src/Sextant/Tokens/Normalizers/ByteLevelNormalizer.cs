namespace Sextant.Tokens;

/// <summary>Writes each byte of the text as its letter.</summary>
internal sealed class ByteLevelNormalizer : Normalizer
{
    internal static void Read(ComponentFields fields, List<Normalizer> steps)
    {
        fields.Expect();
        steps.Add(new ByteLevelNormalizer());
    }

    // Spaces do not stay spaces.
    internal override bool WorksInParts => false;

    internal override void Apply(NormalizedText source, NormalizedText destination) =>
        ByteLetters.Append(source, 0, source.Length, destination);

    internal override bool TryMapAscii(int unit, out int mapped)
    {
        mapped = ByteLetters.All[unit];
        return mapped < 0x80;
    }
}
