using Sextant.Tests.Models;
using Sextant.Tokens;

namespace Sextant.Tests;

/// <summary>Which prompt stands before a text, call by call, and what pooling makes of it.</summary>
[Collection(nameof(MeasuredAlone))]
public sealed class PromptTests : IDisposable
{
    private const string Prompts =
        """{"prompts":{"query":"search query : ","passage":"passage : ","title":"title : "},"default_prompt_name":"title"}""";

    private readonly ModelFolder _folder = new();

    public PromptTests()
    {
        _folder.Write(
            "vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nsearch\nquery\npassage\ntitle\n:\none\ntwo\nthree\n");
        Modules(includePrompt: true);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ACallChoosesItsPrompt()
    {
        using EmbeddingModel model = Load(Prompts);
        Assert.Equal(model.Embed("search query : one two", Prompt.None), model.Embed("one two", Prompt.Named("query")));
        Assert.Equal(model.Embed("search query : one two", Prompt.None), model.EmbedQuery("one two"));
        Assert.Equal(model.Embed("passage : one two", Prompt.None), model.EmbedDocument("one two"));
        Assert.Equal(model.Embed("title : one two", Prompt.None), model.Embed("one two"));
        Assert.Equal(model.Embed("three : one two", Prompt.None), model.Embed("one two", Prompt.Text("three : ")));
        Assert.NotEqual(model.Embed("one two", Prompt.None), model.Embed("one two"));
        Assert.NotEqual(model.EmbedQuery("one two"), model.EmbedDocument("one two"));
    }

    [Theory]
    [InlineData("""{"query":"a","document":"b","passage":"c","corpus":"d"}""", "a", "b")]
    [InlineData("""{"query":"a","passage":"c","corpus":"d"}""", "a", "c")]
    [InlineData("""{"corpus":"d","s2s":"e"}""", "", "d")]
    [InlineData("""{"document":"","passage":"c"}""", "", "")]
    [InlineData("""{"s2s":"e"}""", "", "")]
    public void QueriesAndDocumentsHaveTheFilesOwnPrompts(string prompts, string query, string document)
    {
        using EmbeddingModel model = Load($$"""{"prompts":{{prompts}}}""");
        Assert.Equal((query, document), (model.PromptText(Prompt.Query), model.PromptText(Prompt.Document)));
        Assert.Equal("", model.PromptText(Prompt.Default));
    }

    [Fact]
    public void TheOptionsPromptIsTheDefaultOfCallsThatNameNone()
    {
        using EmbeddingModel model = Load(Prompts, new() { Prompt = "query" });
        Assert.Equal("search query : ", model.PromptText(Prompt.Default));
        Assert.Equal("passage : ", model.PromptText(Prompt.Document));
        Assert.Equal(
            ("query", "query", "passage"), (model.Card.Prompt, model.Card.QueryPrompt, model.Card.DocumentPrompt));
    }

    [Fact]
    public void AnUnknownNameIsRefusedWithThoseThereAre()
    {
        using EmbeddingModel model = Load(Prompts);
        var error = Assert.Throws<UnsupportedRequestException>(() => model.Embed("one", Prompt.Named("heading")));
        Assert.Contains("'heading'; it has query, document, passage, title", error.Message, StringComparison.Ordinal);
        Assert.Throws<UnsupportedRequestException>(
            () => model.Embed(["one"], Prompt.Named("heading"), new float[ModelFolder.Hidden]));
    }

    [Fact]
    public void WithoutTheFileThereIsNoPrompt()
    {
        _folder.Write("modules.json", "[]");
        File.Delete(Path.Combine(_folder.Path, "modules.json"));
        using EmbeddingModel model = _folder.Load(new() { Pooling = "mean" });
        Assert.Equal(model.Embed("one"), model.EmbedQuery("one"));
        Assert.Equal(model.Embed("one"), model.EmbedDocument("one"));
    }

    [Fact]
    public void ManyCallersWithManyPromptsDoNotMixThem()
    {
        Modules(includePrompt: false);
        using EmbeddingModel model = Load(Prompts);
        Prompt[] prompts = [Prompt.Query, Prompt.Document, Prompt.None, Prompt.Default, Prompt.Text("three ")];
        string[] texts = ["one two", "", "two three one", "one"];
        float[][] expected = Array.ConvertAll(
            prompts, prompt => Array.ConvertAll(texts, text => model.Embed(text, prompt)).SelectMany(v => v).ToArray());
        Parallel.For(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            var actual = new float[texts.Length * ModelFolder.Hidden];
            model.Embed(texts, prompts[i % prompts.Length], actual);
            Assert.Equal(expected[i % prompts.Length], actual);
        });
    }

    [Theory]
    [InlineData("search query : ", 4)]
    [InlineData("three ", 2)]
    [InlineData("", 0)]
    public void PoolingLeavesThePromptOutWhereTheFilesSaySo(string prompt, int skipped)
    {
        Modules(includePrompt: false);
        using EmbeddingModel model = Load(Prompts);
        int[] ids = Ids(model.Tokenizer, prompt + "one two");
        Assert.Equal(MeanOfLast(model, ids, ids.Length - skipped), model.Embed("one two", Prompt.Text(prompt)));
    }

    [Fact]
    public void APromptThatIsCutAtTheLeftIsLeftOutAsFarAsItIsThere()
    {
        Modules(includePrompt: false);
        using EmbeddingModel model = Load(Prompts, new() { Truncation = Truncation.Left, MaxTokens = 6 });
        // [CLS] search query : one two three [SEP] loses "search" and "query".
        int[] ids = [2, 9, 10, 11, 12, 3];
        Assert.Equal(MeanOfLast(model, ids, 4), model.Embed("one two three", Prompt.Query));
        // Of a longer text the whole prompt is lost, and only [CLS] is left out.
        Assert.Equal(
            MeanOfLast(model, [2, 11, 12, 10, 11, 3], 5), model.Embed("three one two three one two", Prompt.Query));
    }

    [Fact]
    public void AllocatesNothing()
    {
        Modules(includePrompt: false);
        using EmbeddingModel model = Load(Prompts);
        string[] texts = ["one two", "three", "two two two"];
        var vectors = new float[texts.Length * ModelFolder.Hidden];
        Assert.Equal(0, Allocations.WhenSteady(() =>
        {
            for (int i = 0; i < 300; i++)
            {
                model.Embed(texts, Prompt.Query, vectors);
                model.Embed("one", vectors, Prompt.Named("title"));
                model.Embed("one", vectors, Prompt.Text("three : "));
            }
        }));
    }

    private EmbeddingModel Load(string settings, EmbeddingOptions? options = null)
    {
        _folder.Write("config_sentence_transformers.json", settings);
        return _folder.Load(options);
    }

    private void Modules(bool includePrompt)
    {
        _folder.Modules("Transformer", "Pooling");
        _folder.Write("1_Pooling/config.json",
            $$"""{"word_embedding_dimension":64,"pooling_mode_mean_tokens":true,"include_prompt":{{(includePrompt ? "true" : "false")}}}""");
    }

    private static int[] Ids(Tokenizer tokenizer, string text)
    {
        var buffer = new TokenBuffer();
        tokenizer.Encode(text, buffer);
        return buffer.Ids.ToArray();
    }

    // The mean by hand, in the order that NUMERICS.md gives it: ascending tokens, one division.
    private static float[] MeanOfLast(EmbeddingModel model, int[] ids, int count)
    {
        var states = new float[ids.Length * ModelFolder.Hidden];
        model.HiddenStates(new TokenSequence(ids), model.Card.Layers, states);
        var mean = new float[ModelFolder.Hidden];
        for (int i = 0; i < mean.Length; i++)
        {
            for (int t = ids.Length - count; t < ids.Length; t++)
                mean[i] += states[t * ModelFolder.Hidden + i];
            mean[i] /= count;
        }
        return mean;
    }
}
