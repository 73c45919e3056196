namespace Sextant.Tokens;

/// <summary>
/// Of equal neighbours keeps one, drops padding and, with cleanup, puts spaces where the delimiter of words stands.
/// </summary>
internal sealed class CtcDecoder(string padding, string delimiter, bool cleanup) : Decoder
{
    internal static Decoder Read(ComponentFields fields)
    {
        fields.Expect("pad_token", "word_delimiter_token", "cleanup");
        string padding = fields.Text("pad_token"), delimiter = fields.Text("word_delimiter_token");
        if (padding.Length == 0 || delimiter.Length == 0)
            throw fields.Refusal("pad_token", "empty, or word_delimiter_token is", "texts that are not empty");
        return new CtcDecoder(padding, delimiter, fields.Flag("cleanup"));
    }

    internal override List<string> Decode(List<string> tokens, TextBudget budget)
    {
        var texts = new List<string>(tokens.Count);
        for (int i = 0; i < tokens.Count; i++)
        {
            if (i > 0 && tokens[i] == tokens[i - 1])
                continue;
            string text = tokens[i].Replace(padding, "", StringComparison.Ordinal);
            if (cleanup)
                text = WordPieceDecoder.Cleanup(text).Replace(delimiter, " ", StringComparison.Ordinal);
            if (text.Length > 0)
                texts.Add(text);
        }
        return texts;
    }
}
