namespace Sextant.Tokens;

/// <summary>
/// Turns the visible marks back into spaces; those of the first token go, unless no mark was put there.
/// </summary>
internal sealed class MetaspaceDecoder(string mark, bool dropsFirst) : Decoder
{
    internal static Decoder Read(ComponentFields fields)
    {
        (string mark, Metaspace.Scheme scheme, _) = Metaspace.ReadFields(fields);
        return new MetaspaceDecoder(mark, scheme != Metaspace.Scheme.Never);
    }

    internal override List<string> Decode(List<string> tokens, TextBudget budget)
    {
        var texts = new List<string>(tokens.Count);
        foreach (string token in tokens)
            texts.Add(token.Replace(mark, texts.Count == 0 && dropsFirst ? "" : " ", StringComparison.Ordinal));
        return texts;
    }
}
