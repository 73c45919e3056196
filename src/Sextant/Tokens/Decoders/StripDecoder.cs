namespace Sextant.Tokens;

/// <summary>Takes up to so many of a code point off the beginning and the end of each token.</summary>
internal sealed class StripDecoder(string content, int start, int stop) : Decoder
{
    internal static Decoder Read(ComponentFields fields)
    {
        fields.Expect("content", "start", "stop");
        return new StripDecoder(
            char.ConvertFromUtf32(fields.CodePoint("content")), fields.Count("start"), fields.Count("stop"));
    }

    internal override List<string> Decode(List<string> tokens, TextBudget budget) => tokens.ConvertAll(Strip);

    private string Strip(string token)
    {
        ReadOnlySpan<char> rest = token;
        for (int i = 0; i < start && rest.StartsWith(content); i++)
            rest = rest[content.Length..];
        for (int i = 0; i < stop && rest.EndsWith(content); i++)
            rest = rest[..^content.Length];
        return rest.Length == token.Length ? token : rest.ToString();
    }
}
