using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Sextant.Tests.Weights;
using Sextant.Tokens;

namespace Sextant.Tests.Tokens;

/// <summary>
/// Tokenizer files whose structure is changed: each loads and encodes, or is refused by a typed error, and none takes
/// much memory. SEXTANT_MUTATIONS sets the number; bench/check/tokenizers.sh runs a hundred thousand and keeps a
/// record.
/// </summary>
[Collection(nameof(MeasuredAlone))]
public sealed class StructureMutationTests : IDisposable
{
    private const int Seed = 20261130;
    private const long MaxBytes = 1L << 30;

    private static readonly string[] s_sets =
        ["syn-wp-lower-template", "syn-bl-gpt2-trim-offsets", "syn-bpe-bytefallback-partial", "syn-unigram-bytefallback",
            "syn-wordlevel", "syn-norm-precompiled-custom"];

    private static readonly string[] s_inputs =
    [
        "a", "é", "", "Hello [MASK] wörld 中文 ﷺ \ud800 🙂", " a b  ab\n", new('a', 3000), new(' ', 2000),
        string.Concat(Enumerable.Repeat("ab 1é", 500)),
    ];

    private static readonly string[] s_classes =
        ["BertTokenizer", "RobertaTokenizerFast", "LlamaTokenizer", "PreTrainedTokenizerFast", "T5Tokenizer"];

    private readonly ScratchFolder _scratch = new();
    private readonly TokenBuffer _buffer = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void AMutatedFileLoadsOrIsRefusedWithLittleMemory()
    {
        int mutations = int.Parse(
            Environment.GetEnvironmentVariable("SEXTANT_MUTATIONS") ?? "1500", CultureInfo.InvariantCulture);
        JsonNode[] sound = [.. s_sets.Select(Shortened)];
        var random = new Random(Seed);
        var mutator = new TokenizerMutator(random);
        (int refused, int loaded, int encoded) = (0, 0, 0);
        (long most, TimeSpan longest) = (0, TimeSpan.Zero);
        for (int i = 0; i < mutations; i++)
        {
            string mutant = mutator.Mutate(sound[random.Next(sound.Length)]).ToJsonString();
            _scratch.Write("tokenizer.json", mutant);
            _scratch.Write("tokenizer_config.json", Config(random));
            long before = GC.GetAllocatedBytesForCurrentThread();
            long started = Stopwatch.GetTimestamp();
            try
            {
                Tokenizer tokenizer = Tokenizer.LoadFolder(_scratch.Path);
                loaded++;
                Use(tokenizer);
                encoded++;
            }
            catch (InvalidModelException)
            {
                refused++;
            }
            catch (Exception error)
            {
                Assert.Fail($"seed {Seed}, mutation {i} gave {error}\n{mutant}");
            }
            TimeSpan time = Stopwatch.GetElapsedTime(started);
            long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(bytes < MaxBytes, $"seed {Seed}, mutation {i} took {bytes} bytes\n{mutant}");
            longest = time > longest ? time : longest;
            most = Math.Max(most, bytes);
        }
        Assert.True(encoded > mutations / 10 && refused > mutations / 10, $"{encoded} encoded, {refused} refused");
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"seed {Seed}: {mutations} mutations, {loaded} loaded, {encoded} encoded and decoded, {refused} refused; ")
            + string.Create(CultureInfo.InvariantCulture,
                $"at most {most >> 20} MiB allocated and {longest.TotalSeconds:F2} s for one file with all its texts"));
    }

    private void Use(Tokenizer tokenizer)
    {
        foreach (string text in s_inputs)
        {
            tokenizer.Encode(text, _buffer, new() { Offsets = OffsetUnit.CodePoints });
            tokenizer.Decode(_buffer.Ids, skipSpecialTokens: false);
        }
        tokenizer.EncodePair(s_inputs[3], s_inputs[4], _buffer);
        tokenizer.Decode(_buffer.Ids);
        tokenizer.CountTokens(s_inputs[5]);
    }

    private static string Config(Random random) => new JsonObject
    {
        ["tokenizer_class"] = s_classes[random.Next(s_classes.Length)],
        ["do_lower_case"] = random.Next(2) == 0,
        ["add_prefix_space"] = random.Next(2) == 0,
        ["add_bos_token"] = random.Next(2) == 0,
        ["bos_token"] = "<s>",
        ["added_tokens_decoder"] = new JsonObject
        {
            [random.Next(9000).ToString(CultureInfo.InvariantCulture)] = new JsonObject
            {
                ["content"] = random.Next(2) == 0 ? "a" : " new ",
                ["lstrip"] = random.Next(2) == 0,
                ["special"] = random.Next(2) == 0,
            },
        },
    }.ToJsonString();

    // Few tokens, so that a file is small and mutations hit its structure.
    private static JsonNode Shortened(string set)
    {
        JsonNode file = JsonNode.Parse(File.ReadAllText(
            Path.Combine(TestData.Fixtures, "tokenizers", set, "tokenizer.json")))!;
        JsonNode model = file["model"]!;
        if (model["vocab"] is JsonArray scored)
        {
            model["vocab"] = new JsonArray([.. scored.Take(60).Select(token => token!.DeepClone())]);
        }
        else
        {
            model["vocab"] = new JsonObject([.. model["vocab"]!.AsObject().OrderBy(token => (int)token.Value!).Take(300)
                .Select((token, id) => KeyValuePair.Create(token.Key, (JsonNode?)id))]);
        }
        if (model["merges"] is not null)
            model["merges"] = new JsonArray();
        return file;
    }
}
