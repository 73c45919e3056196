using System.Globalization;
using System.Text;

namespace Sextant.Tests.Weights;

/// <summary>
/// Damages valid JSON: bytes, or tokens, so that most mutants are still JSON and reach the checks after the parser.
/// </summary>
internal sealed class JsonMutator(Random random)
{
    private static readonly string[] s_numbers =
    [
        "0", "1", "-1", "2", "3", "4", "8", "255", "2147483647", "2147483648", "4294967296", "9007199254740993",
        "1152921504606846976", "9223372036854775807", "9223372036854775808", "18446744073709551616", "1e3", "1.5",
        "-0", "1e999",
    ];

    private static readonly string[] s_values =
    [
        "null", "true", "false", "[]", "{}", "[0]", "\"\"", "\"F64\"", "\"F16\"", "\"BF16\"", "\"I8\"", "\"BOOL\"",
        "\"U4\"", "\"../x\"",
        "\"/\"", "\".\"", "\"\\u0000\"", "\"\\ud800\"", "\"\\u0061\"", "\"a\"", "\"shape\"", "\"__metadata__\"",
        "[[[[[[[[]]]]]]]]",
        "{\"a\":{\"a\":{\"a\":{}}}}",
    ];

    public byte[] Mutate(ReadOnlySpan<byte> json)
    {
        byte[] mutant = json.ToArray();
        for (int times = random.Next(1, 4); times > 0; times--)
            mutant = random.Next(4) == 0 ? MutateBytes(mutant) : MutateTokens(mutant);
        return mutant;
    }

    public byte[] MutateBytes(byte[] bytes)
    {
        if (bytes.Length == 0)
            return [(byte)random.Next(256)];
        int at = random.Next(bytes.Length);
        switch (random.Next(5))
        {
            case 0:
                return bytes[..at];
            case 1:
                return [.. bytes[..at], .. bytes[(at + 1)..]];
            case 2:
                return [.. bytes[..at], (byte)random.Next(256), .. bytes[at..]];
            case 3:
                return [.. bytes, .. bytes[at..]];
            default:
                byte[] changed = [.. bytes];
                changed[at] ^= (byte)(1 << random.Next(8));
                return changed;
        }
    }

    private byte[] MutateTokens(byte[] json)
    {
        List<string> tokens = Tokens(Encoding.Latin1.GetString(json));
        if (tokens.Count == 0)
            return MutateBytes(json);
        int at = random.Next(tokens.Count);
        switch (random.Next(8))
        {
            case 0:
                tokens.RemoveAt(at);
                break;
            case 1:
                tokens.Insert(at, tokens[random.Next(tokens.Count)]);
                break;
            case 2:
                int other = random.Next(tokens.Count);
                (tokens[at], tokens[other]) = (tokens[other], tokens[at]);
                break;
            case 3:
                int length = random.Next(1, Math.Min(12, tokens.Count - at) + 1);
                tokens.InsertRange(random.Next(tokens.Count), tokens.GetRange(at, length));
                break;
            case 4:
                Replace(tokens, token => token[0] == '"', s_values);
                break;
            case 5:
                tokens[at] = s_values[random.Next(s_values.Length)];
                break;
            case 6:
                Replace(tokens, IsNumber, tokens.FindAll(IsNumber));
                break;
            default:
                Replace(tokens, IsNumber, s_numbers);
                break;
        }
        return Encoding.Latin1.GetBytes(string.Concat(tokens));
    }

    private void Replace(List<string> tokens, Func<string, bool> which, IReadOnlyList<string> by)
    {
        int[] candidates = [.. Enumerable.Range(0, tokens.Count).Where(i => which(tokens[i]))];
        if (candidates.Length > 0 && by.Count > 0)
            tokens[candidates[random.Next(candidates.Length)]] = by[random.Next(by.Count)];
    }

    private static bool IsNumber(string token) =>
        double.TryParse(token, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    private static List<string> Tokens(string json)
    {
        var tokens = new List<string>();
        for (int i = 0; i < json.Length;)
        {
            int start = i++;
            if (json[start] == '"')
            {
                while (i < json.Length && json[i] != '"')
                    i += json[i] == '\\' ? 2 : 1;
                i = Math.Min(i + 1, json.Length);
            }
            else if (char.IsAsciiLetterOrDigit(json[start]) || json[start] == '-')
            {
                while (i < json.Length && (char.IsAsciiLetterOrDigit(json[i]) || json[i] is '.' or '+' or '-'))
                    i++;
            }
            tokens.Add(json[start..i]);
        }
        return tokens;
    }
}
