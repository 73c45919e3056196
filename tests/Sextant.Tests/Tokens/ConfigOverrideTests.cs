using System.Text.Json.Nodes;
using Sextant.Tests.Cases;
using Sextant.Tests.Weights;
using Sextant.Tokens;

namespace Sextant.Tests.Tokens;

/// <summary>
/// What transformers puts on top of a tokenizer.json: the folder gives the ids of a tokenizer.json that says the same
/// itself, which other tests compare with the reference.
/// </summary>
public sealed class ConfigOverrideTests : IDisposable
{
    private const string Text = "The cat xyz The  xyz cat É 中文";

    private static readonly JsonObject s_own = new()
    {
        ["content"] = "xyz",
        ["single_word"] = false,
        ["lstrip"] = true,
        ["rstrip"] = false,
        ["normalized"] = false,
        ["special"] = false,
    };

    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void AddedTokensDecoderAddsTokens()
    {
        JsonObject file = Bert();
        int[] before = Ids(file, new JsonObject(), Text);
        int[] added = Ids(file, Adding(s_own), Text);
        Assert.NotEqual(before, added);
        Assert.Equal(Ids(WithToken(file, s_own), null, Text), added);
    }

    [Fact]
    public void FlagsOfAddedTokensDecoderGoBeforeTheFilesOwn()
    {
        JsonObject other = s_own.DeepClone().AsObject();
        other["lstrip"] = false;
        other["single_word"] = true;
        JsonObject file = WithToken(Bert(), s_own);
        const string Touching = "axyzb  xyz";
        Assert.NotEqual(Ids(file, null, Touching), Ids(WithToken(file, other), null, Touching));
        Assert.Equal(Ids(WithToken(file, other), null, Touching), Ids(file, Adding(other), Touching));
    }

    [Fact]
    public void OlderFoldersHaveThemInAddedTokensJson()
    {
        JsonObject token = s_own.DeepClone().AsObject();
        (token["lstrip"], token["normalized"]) = (false, true);
        int[] expected = Ids(WithToken(Bert(), token), null, Text);
        _scratch.Write("added_tokens.json", """{"xyz": 77}""");
        Assert.Equal(expected, Ids(Bert(), new JsonObject(), Text));
        // It is not looked at where the newer key is.
        Assert.NotEqual(expected, Ids(Bert(), new JsonObject { ["added_tokens_decoder"] = new JsonObject() }, Text));
    }

    [Fact]
    public void ATokenWithARoleIsFoundInTexts()
    {
        JsonObject file = Bert();
        file["added_tokens"] = new JsonArray();
        int[] plain = Ids(file, null, "a [SEP] b");
        int[] named = Ids(file, new JsonObject { ["sep_token"] = "[SEP]" }, "a [SEP] b");
        Assert.NotEqual(plain, named);
        Assert.Equal(2, named.Count(id => id == 3));
        // One that the vocabulary lacks has no row in the model.
        Assert.Equal(plain, Ids(file, new JsonObject { ["sep_token"] = "[OTHER]" }, "a [SEP] b"));
    }

    [Theory]
    [InlineData("PreTrainedTokenizerFast", false)]
    [InlineData("T5Tokenizer", false)]
    [InlineData("DistilBertTokenizerFast", true)]
    [InlineData("MPNetTokenizer", true)]
    public void TheClassDecidesWhetherSwitchesCount(string className, bool counts)
    {
        JsonObject file = Bert();
        int[] plain = Ids(file, null, Text);
        int[] asked = Ids(file, new JsonObject { ["tokenizer_class"] = className, ["do_lower_case"] = false }, Text);
        if (counts)
            Assert.NotEqual(plain, asked);
        else
            Assert.Equal(plain, asked);
    }

    [Theory]
    [InlineData("RobertaTokenizer", true, true)]
    [InlineData("RobertaTokenizerFast", null, false)]
    [InlineData("PreTrainedTokenizerFast", true, true)]
    [InlineData("Qwen2Tokenizer", null, null)]
    public void TheSpaceBeforeATextIsTheConfigs(string className, bool? stated, bool? expected)
    {
        foreach (bool own in new[] { true, false })
        {
            JsonObject file = Read(Path.Combine(
                TestData.Fixtures, "tokenizers", "syn-bl-gpt2-trim-offsets", "tokenizer.json"));
            file["pre_tokenizer"]!["add_prefix_space"] = own;
            var config = new JsonObject { ["tokenizer_class"] = className };
            if (stated is { } flag)
                config["add_prefix_space"] = flag;
            int[] ids = Ids(file, config, "hello");
            file["pre_tokenizer"]!["add_prefix_space"] = expected ?? own;
            Assert.Equal(Ids(file, null, "hello"), ids);
        }
    }

    [Fact]
    public void TheSideThatIsCutIsNoted()
    {
        _scratch.Write("tokenizer.json", Bert().ToJsonString());
        _scratch.Write("tokenizer_config.json", """{"truncation_side": "left", "model_max_length": Infinity}""");
        Assert.Contains(Tokenizer.LoadFolder(_scratch.Path).Notes,
            note => note.Contains("'truncation_side' is left", StringComparison.Ordinal));
    }

    [Fact]
    public void ABeginningThatIsNotAskedForIsLeftOff()
    {
        JsonObject file = Read(Path.Combine(TestData.Fixtures, "tokenizers", "syn-bl-llama3-style", "tokenizer.json"));
        int[] framed = Ids(file, null, "hello");
        JsonObject config = new()
        {
            ["tokenizer_class"] = "LlamaTokenizerFast",
            ["bos_token"] = "<|begin_of_text|>",
            ["add_bos_token"] = false,
        };
        Assert.Equal(framed[1..], Ids(file, config, "hello"));
        config["add_bos_token"] = true;
        Assert.Equal(framed, Ids(file, config, "hello"));
    }

    [Theory]
    [InlineData("""{"added_tokens_decoder": []}""", "'added_tokens_decoder' is []")]
    [InlineData("""{"added_tokens_decoder": {"x": {"content": "a"}}}""", "the key 'x'")]
    [InlineData("""{"added_tokens_decoder": {"1": {"special": true}}}""", "'added_tokens_decoder.1.content' is missing")]
    [InlineData("""{"do_lower_case": "yes", "tokenizer_class": "BertTokenizer"}""", "'do_lower_case' is")]
    [InlineData("""{"model_input_names": "input_ids"}""", "'model_input_names' is")]
    [InlineData("""{"split_special_tokens": true}""", "'split_special_tokens' is true")]
    [InlineData("""[]""", "'the file' is []")]
    public void WhatIsDamagedIsNamed(string config, string said)
    {
        _scratch.Write("tokenizer.json", Bert().ToJsonString());
        _scratch.Write("tokenizer_config.json", config);
        var error = Assert.Throws<InvalidModelException>(() => Tokenizer.LoadFolder(_scratch.Path));
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
    }

    private static JsonObject Bert() => Read(Path.Combine(CaseFolder.Path("T17a"), "tokenizer.json"));

    private static JsonObject Read(string file) => JsonNode.Parse(File.ReadAllText(file))!.AsObject();

    private static JsonObject Adding(JsonObject token) => new()
    {
        ["added_tokens_decoder"] = new JsonObject { ["77"] = token.DeepClone() },
    };

    private static JsonObject WithToken(JsonObject file, JsonObject token)
    {
        JsonObject copy = file.DeepClone().AsObject();
        JsonObject entry = token.DeepClone().AsObject();
        entry["id"] = 77;
        copy["added_tokens"]!.AsArray().Add(entry);
        return copy;
    }

    private int[] Ids(JsonObject file, JsonObject? config, string text)
    {
        _scratch.Write("tokenizer.json", file.ToJsonString());
        var buffer = new TokenBuffer();
        if (config is null)
        {
            Tokenizer.LoadFile(Path.Combine(_scratch.Path, "tokenizer.json")).Encode(text, buffer);
            return buffer.Ids.ToArray();
        }
        _scratch.Write("tokenizer_config.json", config.ToJsonString());
        Tokenizer.LoadFolder(_scratch.Path).Encode(text, buffer);
        return buffer.Ids.ToArray();
    }
}
