using System.Buffers;
using System.Text;

namespace Sextant.Tokens;

/// <summary>
/// Turns the letters that stand for bytes back, all tokens at once, since a code point may be spread over several;
/// bytes that are no UTF-8 become U+FFFD. A token with any other code point stays as it is.
/// </summary>
internal sealed class ByteLevelDecoder : Decoder
{
    internal static Decoder Read(ComponentFields fields)
    {
        fields.Expect("add_prefix_space", "trim_offsets", "use_regex");
        return new ByteLevelDecoder();
    }

    internal override List<string> Decode(List<string> tokens, TextBudget budget)
    {
        var bytes = new ArrayBufferWriter<byte>();
        foreach (string token in tokens)
        {
            if (!IsLetters(token))
            {
                Encoding.UTF8.GetBytes(token, bytes);
                continue;
            }
            Span<byte> room = bytes.GetSpan(token.Length + 1);
            for (int i = 0; i < token.Length; i++)
                room[i] = (byte)ByteLetters.ByteOf(token[i]);
            bytes.Advance(token.Length);
        }
        return [Encoding.UTF8.GetString(bytes.WrittenSpan)];
    }

    private static bool IsLetters(string token)
    {
        foreach (char unit in token)
        {
            if (ByteLetters.ByteOf(unit) < 0)
                return false;
        }
        return true;
    }
}
