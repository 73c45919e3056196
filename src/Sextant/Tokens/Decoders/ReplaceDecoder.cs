using System.Text;

namespace Sextant.Tokens;

/// <summary>Puts a text in place of every match of a pattern in each token.</summary>
internal sealed class ReplaceDecoder(TextPattern pattern, string content) : Decoder
{
    internal static Decoder Read(ComponentFields fields)
    {
        fields.Expect("pattern", "content");
        return new ReplaceDecoder(PatternSplit.ReadPattern(fields), fields.Text("content"));
    }

    internal override List<string> Decode(List<string> tokens, TextBudget budget) =>
        tokens.ConvertAll(token => Replace(token, budget));

    private string Replace(string token, TextBudget budget)
    {
        var text = new StringBuilder();
        int done = 0, last = -1;
        while (token.Length > 0 && done <= token.Length
            && pattern.TryFind(token, done, last, budget, out int start, out int end))
        {
            text.Append(token, done, start - done).Append(content);
            budget.CheckLength(text.Length);
            budget.Take(content.Length);
            (done, last) = (end, end);
        }
        return text.Append(token, done, token.Length - done).ToString();
    }
}
