namespace Sextant.Tokens;

/// <summary>Puts a space where a word ends, which a suffix tells, except after the last token.</summary>
internal sealed class BpeDecoder(string suffix) : Decoder
{
    internal static Decoder Read(ComponentFields fields)
    {
        fields.Expect("suffix");
        return new BpeDecoder(fields.Text("suffix"));
    }

    internal override List<string> Decode(List<string> tokens, TextBudget budget)
    {
        var texts = new List<string>(tokens.Count);
        for (int i = 0; i < tokens.Count; i++)
        {
            string end = i == tokens.Count - 1 ? "" : " ";
            texts.Add(suffix.Length == 0 ? tokens[i] : tokens[i].Replace(suffix, end, StringComparison.Ordinal));
        }
        return texts;
    }
}
