using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Sextant.Tokens;

/// <summary>
/// Turns runs of tokens such as "&lt;0xE4&gt;" into the text whose bytes they are, or, where they are no UTF-8, into
/// one U+FFFD for each.
/// </summary>
internal sealed class ByteFallbackDecoder : Decoder
{
    internal static Decoder Read(ComponentFields fields)
    {
        fields.Expect();
        return new ByteFallbackDecoder();
    }

    internal override List<string> Decode(List<string> tokens, TextBudget budget)
    {
        var texts = new List<string>(tokens.Count);
        var bytes = new List<byte>();
        foreach (string token in tokens)
        {
            if (token.Length == 6 && token.StartsWith("<0x", StringComparison.Ordinal) && token[5] == '>'
                && byte.TryParse(token.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture,
                    out byte value))
            {
                bytes.Add(value);
                continue;
            }
            Flush(bytes, texts);
            texts.Add(token);
        }
        Flush(bytes, texts);
        return texts;
    }

    private static void Flush(List<byte> bytes, List<string> texts)
    {
        if (bytes.Count == 0)
            return;
        byte[] run = [.. bytes];
        if (Utf8.IsValid(run))
            texts.Add(Encoding.UTF8.GetString(run));
        else
            texts.AddRange(Enumerable.Repeat("\uFFFD", run.Length));
        bytes.Clear();
    }
}
