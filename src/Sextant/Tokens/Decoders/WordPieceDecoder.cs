namespace Sextant.Tokens;

/// <summary>
/// Joins continuations to their words, and, with cleanup, takes English punctuation back to where it stood.
/// </summary>
internal sealed class WordPieceDecoder(string prefix, bool cleanup) : Decoder
{
    // In the reference's order; each token is cleaned by itself, together with the space before it.
    private static readonly (string From, string To)[] Replacements =
    [
        (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"),
        (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
    ];

    internal static Decoder Read(ComponentFields fields)
    {
        fields.Expect("prefix", "cleanup");
        return new WordPieceDecoder(fields.Text("prefix"), fields.Flag("cleanup"));
    }

    /// <summary>Takes English punctuation back to where it stood.</summary>
    internal static string Cleanup(string token)
    {
        foreach ((string from, string to) in Replacements)
            token = token.Replace(from, to, StringComparison.Ordinal);
        return token;
    }

    internal override List<string> Decode(List<string> tokens, TextBudget budget)
    {
        var texts = new List<string>(tokens.Count);
        for (int i = 0; i < tokens.Count; i++)
        {
            string token = tokens[i];
            if (i > 0)
                token = token.StartsWith(prefix, StringComparison.Ordinal) ? token[prefix.Length..] : " " + token;
            texts.Add(cleanup ? Cleanup(token) : token);
        }
        return texts;
    }
}
