using System.Text.Json;

namespace Sextant.Tokens;

/// <summary>One decoder after the other.</summary>
internal sealed class DecoderSequence(List<Decoder> steps) : Decoder
{
    internal static Decoder Read(ComponentFields fields)
    {
        fields.Allow("decoders");
        var steps = new List<Decoder>();
        int index = 0;
        JsonElement list = fields.Element("decoders", JsonValueKind.Array, "a list of components");
        foreach (JsonElement item in list.EnumerateArray())
            steps.Add(ComponentCatalog.ReadDecoder(fields.Inner(item, $"decoders[{index++}]"))!);
        return new DecoderSequence(steps);
    }

    internal override List<string> Decode(List<string> tokens)
    {
        foreach (Decoder step in steps)
            tokens = step.Decode(tokens);
        return tokens;
    }
}
