using System.Text.Json;

namespace Sextant.Tokens;

/// <summary>One decoder after the other.</summary>
internal sealed class DecoderSequence(List<Decoder> steps) : Decoder
{
    internal static Decoder Read(ComponentFields fields)
    {
        fields.Expect("decoders");
        var steps = new List<Decoder>();
        int index = 0;
        JsonElement list = fields.Element("decoders", JsonValueKind.Array, "a list of components");
        if (list.GetArrayLength() > ComponentCatalog.StepLimit)
        {
            throw fields.Refusal("decoders", $"{list.GetArrayLength()} long",
                $"up to {ComponentCatalog.StepLimit} components");
        }
        foreach (JsonElement item in list.EnumerateArray())
            steps.Add(ComponentCatalog.ReadDecoder(fields.Inner(item, $"decoders[{index++}]"))!);
        return new DecoderSequence(steps);
    }

    internal override List<string> Decode(List<string> tokens, TextBudget budget)
    {
        foreach (Decoder step in steps)
            tokens = step.Run(tokens, budget);
        return tokens;
    }
}
