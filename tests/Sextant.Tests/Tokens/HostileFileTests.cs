using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Sextant.Tokens;

namespace Sextant.Tests.Tokens;

/// <summary>Damaged and hostile files: only the typed error comes out, and it names the file.</summary>
public class HostileFileTests : IDisposable
{
    private const int Seed = 20240611;

    private static readonly string Base = File.ReadAllText(
        Path.Combine(TestData.Fixtures, "tokenizers", "syn-wp-lower-template", "tokenizer.json"));

    private readonly string _file = Path.GetTempFileName();

    public void Dispose()
    {
        File.Delete(_file);
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData("\"type\":\"WordPiece\",\"unk", "\"type\":\"BPEE\",\"unk", "'model' is a 'BPEE'; supported: BPE")]
    [InlineData("\"BertNormalizer\"", "\"NFKQ\"", "'normalizer' is a 'NFKQ'; supported: BertNormalizer")]
    [InlineData("\"BertPreTokenizer\"", "\"Megaspace\"", "'pre_tokenizer' is a 'Megaspace'; supported: BertPre")]
    [InlineData("\"TemplateProcessing\"", "\"TemplateProcess\"", "'post_processor' is a 'TemplateProcess'; ")]
    [InlineData("\"clean_text\":true", "\"clean_text\":1", "'normalizer.clean_text' is 1; accepted: true or false")]
    [InlineData("\"clean_text\":true", "\"tidy\":true", "'normalizer.clean_text' is missing")]
    [InlineData("\"clean_text\":true", "\"lowercase\":true", "the field 'lowercase' twice")]
    [InlineData("\"version\":\"1.0\"", "\"version\":\"2.0\"", "'version' is '2.0'; accepted: 1.0")]
    [InlineData("\"[UNK]\":1,", "\"[UNK]\":0,", "id 0 is given to '[PAD]' and to '[UNK]'")]
    [InlineData("\"[UNK]\":1,", "\"[UNK]\":1,\"[UNK]\":99999,", "token '[UNK]' is there twice")]
    [InlineData("\"[UNK]\":1,", "\"[UNK]\":-1,", "accepted: an id from 0")]
    [InlineData("\"[UNK]\":1,", "\"[UNK]\":4194304,", "accepted: an id from 0 to 4194303")]
    [InlineData("\"[UNK]\":1,", "\"[UNK]\":1.5,", "accepted: an id from 0")]
    [InlineData("\"[UNK]\":1,", "\"[UNK]\":\"1\",", "accepted: an id from 0")]
    [InlineData("\"[UNK]\":1,", "\"[UNK]\":1,\"\\ud800\":9999,", "accepted: surrogates in pairs")]
    [InlineData("\"[UNK]\":1,", "\"[UNK]\":1,\"\\x\":9999,", "accepted: JSON's escapes")]
    [InlineData("\"ids\":[3]", "\"ids\":[77777]", "adds the token 77777")]
    [InlineData("\"ids\":[3]", "\"ids\":[-3]", "accepted: a list of ids")]
    [InlineData("\"truncation\":null", "\"truncation\":{\"max_length\":0,\"strategy\":\"LongestFirst\",\"stride\":0}",
        "'truncation.max_length' is 0")]
    [InlineData("\"padding\":null", "\"padding\":{\"strategy\":{\"Fixed\":99999999}}", "'padding.strategy.Fixed' is")]
    [InlineData("\"version\"", "\"verse\"", "unknown field 'verse'")]
    [InlineData("\"BertPreTokenizer\"", "\"Split\",\"behavior\":\"Isolated\",\"pattern\":{\"Regex\":\"(?>a)\"}",
        "'pre_tokenizer.pattern.Regex' is '(?>a)'; accepted: a pattern without the group '(?>a")]
    [InlineData("\"BertPreTokenizer\"", "\"Metaspace\",\"replacement\":\"__\"", "accepted: one code point")]
    [InlineData("\"BertPreTokenizer\"", "\"FixedLength\",\"length\":0", "accepted: a whole number from 1 on")]
    public void EachRefusalSaysWhatWasFound(string from, string to, string message)
    {
        string json = Base.Replace(": ", ":", StringComparison.Ordinal).Replace(", ", ",", StringComparison.Ordinal);
        Assert.Contains(from, json, StringComparison.Ordinal);
        int position = json.IndexOf(from, StringComparison.Ordinal);
        File.WriteAllText(_file, json[..position] + to + json[(position + from.Length)..]);
        var error = Assert.Throws<InvalidModelException>(() => Tokenizer.LoadFile(_file));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.StartsWith(_file, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ExtremesAreRefused()
    {
        Refused([]);
        Refused("[]"u8);
        Refused("{}"u8);
        Refused("{\"model\":{\"vocab\":{\"a\":1"u8);
        Refused([0x7B, 0xFF, 0xFE, 0x7D]);
        Refused(Encoding.UTF8.GetBytes(new string('[', 1_000_000)));
        Refused(Encoding.UTF8.GetBytes("{\"model\":" + string.Concat(Enumerable.Repeat("{\"a\":", 100_000))));
        Refused(Encoding.UTF8.GetBytes("{\"version\":" + new string('9', 10_000_000) + "}"));
        Refused(Encoding.UTF8.GetBytes("{\"model\":{\"vocab\":{\"a\":" + new string('9', 10_000_000) + "}}}"));
        Refused(Encoding.UTF8.GetBytes("{\"model\":{\"vocab\":{\"" + new string('a', 10_000_000) + "\":1}}}"));
        string missing = Path.Combine(Path.GetTempPath(), "sextant-no-such-folder");
        Assert.Throws<InvalidModelException>(() => Tokenizer.LoadFile(missing));
        var neither = Assert.Throws<InvalidModelException>(() => Tokenizer.LoadFolder(missing));
        Assert.Contains("neither tokenizer.json nor vocab.txt", neither.Message, StringComparison.Ordinal);
        foreach (string vocabulary in new[] { "", "a", "[UNK]\n[CLS]\n[SEP]\na\na", "[UNK]\n[CLS]" })
        {
            File.WriteAllText(_file, vocabulary);
            Assert.Throws<InvalidModelException>(() => Tokenizer.LoadVocabulary(_file));
        }
    }

    [Theory]
    [InlineData("syn-wp-lower-template")]
    [InlineData("syn-bl-o200k-regex")]
    [InlineData("syn-norm-precompiled-custom")]
    [InlineData("syn-unigram-bytefallback")]
    public void MutatedFilesLoadOrAreRefusedWithTheTypedError(string set)
    {
        int mutations = int.TryParse(Environment.GetEnvironmentVariable("SEXTANT_MUTATIONS"),
            NumberStyles.None, CultureInfo.InvariantCulture, out int asked) ? asked : 2000;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {Seed}, {mutations} mutations");
        var random = new Random(Seed);
        // A shortened vocabulary, so that mutations hit the structure as often as the tokens.
        byte[] valid = Encoding.UTF8.GetBytes(Shortened(set));
        File.WriteAllBytes(_file, valid);
        Tokenizer.LoadFile(_file);
        var buffer = new TokenBuffer();
        var options = new EncodeOptions { Offsets = OffsetUnit.CodePoints };
        int refused = 0;
        for (int i = 0; i < mutations; i++)
        {
            byte[] mutant = valid;
            for (int n = random.Next(1, 4); n > 0; n--)
                mutant = Mutate(mutant, random);
            File.WriteAllBytes(_file, mutant);
            try
            {
                Tokenizer tokenizer = Tokenizer.LoadFile(_file);
                tokenizer.EncodePair("Hello [MASK] wörld 中文 \ud800", "a b", buffer, options);
                tokenizer.Decode(buffer.Ids);
                tokenizer.CountTokens("Hello");
            }
            catch (InvalidModelException)
            {
                refused++;
            }
            catch (Exception error)
            {
                Assert.Fail($"seed {Seed}, mutation {i}: {error}\n{Encoding.UTF8.GetString(mutant)}");
            }
        }
        // Both kinds occur, or the mutations are too mild or too wild to tell anything.
        Assert.InRange(refused, mutations / 10, mutations - mutations / 100);
    }

    // Few tokens and merges, but enough of them to encode with.
    private static string Shortened(string set)
    {
        JsonNode file = JsonNode.Parse(File.ReadAllText(
            Path.Combine(TestData.Fixtures, "tokenizers", set, "tokenizer.json")))!;
        JsonNode model = file["model"]!;
        if (model["vocab"] is JsonArray scored)
        {
            IEnumerable<JsonNode?> few = scored.Where((_, i) => i < 40 || i % 40 == 0).Select(t => t!.DeepClone());
            model["vocab"] = new JsonArray([.. few]);
            return file.ToJsonString();
        }
        string[][] merges = model["merges"] is JsonArray list ? [.. list.Take(20).Select(merge => Parts(merge))] : [];
        if (merges.Length > 0)
            model["merges"] = new JsonArray([.. merges.Select(pair => new JsonArray(pair[0], pair[1]))]);
        HashSet<string> needed = [.. merges.SelectMany(pair => pair), .. merges.Select(pair => string.Concat(pair))];
        int longest = merges.Length > 0 ? 20 : 6;
        IEnumerable<string> tokens = model["vocab"]!.AsObject()
            .Where(token => needed.Contains(token.Key) || (int)token.Value! < 40 || token.Key.Length > longest)
            .OrderBy(token => (int)token.Value!).Select(token => token.Key);
        model["vocab"] = new JsonObject(tokens.Select((token, id) => KeyValuePair.Create(token, (JsonNode?)id)));
        return file.ToJsonString();
    }

    private static string[] Parts(JsonNode? merge) =>
        merge is JsonArray pair ? [(string)pair[0]!, (string)pair[1]!] : ((string)merge!).Split(' ');

    private static byte[] Mutate(byte[] bytes, Random random)
    {
        ReadOnlySpan<string> tokens =
        [
            "null", "true", "-1", "1e999", "9999999999999999999", "{}", "[]", "\"\"", "{", "}", "[", "]", ",", ":",
            "\"", "\\", "\\ud800", "\\u0000", "2147483647", "4194303", "0.5", "\"type\":", "\"BPE\"", "\u00e9",
            "\u4e2d", " ",
        ];
        int at = random.Next(bytes.Length), length = random.Next(1, Math.Min(30, bytes.Length - at + 1));
        byte[] insert = random.Next(5) switch
        {
            0 => [(byte)random.Next(256)],
            1 => [],
            2 => Encoding.UTF8.GetBytes(tokens[random.Next(tokens.Length)]),
            3 => bytes[at..(at + length)],
            _ => Encoding.UTF8.GetBytes(random.Next(-3, 5000).ToString(CultureInfo.InvariantCulture)),
        };
        int removed = random.Next(3) == 0 ? 0 : insert.Length == 0 ? length : random.Next(1, 4);
        return [.. bytes[..at], .. insert, .. bytes[Math.Min(bytes.Length, at + removed)..]];
    }

    private void Refused(ReadOnlySpan<byte> content)
    {
        File.WriteAllBytes(_file, content);
        var error = Assert.Throws<InvalidModelException>(() => Tokenizer.LoadFile(_file));
        Assert.StartsWith(_file, error.Message, StringComparison.Ordinal);
        Assert.InRange(error.Message.Length, 1, 1000);
    }
}
