namespace Sextant.Tokens;

/// <summary>Makes one text of all, for the steps after it.</summary>
internal sealed class FuseDecoder : Decoder
{
    internal static Decoder Read(ComponentFields fields)
    {
        fields.Expect();
        return new FuseDecoder();
    }

    internal override List<string> Decode(List<string> tokens, TextBudget budget) => [string.Concat(tokens)];
}
