namespace Sextant.Tokens;

/// <summary>Puts a text before every text that is not empty; it has the origin of the first code point.</summary>
internal sealed class Prepend(string text) : Normalizer
{
    internal static void Read(ComponentFields fields, List<Normalizer> steps)
    {
        fields.Expect("prepend");
        steps.Add(new Prepend(fields.Text("prepend")));
    }

    internal override bool WorksInParts => text.Length == 0;

    internal override bool LeavesAlone(NormalizedText source) => source.Length == 0 || text.Length == 0;

    internal override void Apply(NormalizedText source, NormalizedText destination)
    {
        destination.AppendText(text, source, 0);
        destination.AppendRange(source, 0, source.Length);
    }

    internal override bool TryMapAscii(int unit, out int mapped)
    {
        mapped = unit;
        return text.Length == 0;
    }
}
