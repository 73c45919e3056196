using Sextant.Tests.Models;
using Sextant.Tokens;

namespace Sextant.Tests;

/// <summary>
/// do_lower_case of sentence_bert_config.json with a tokenizer that keeps case: the tokenizer gets a lower-casing step
/// before its own, as sentence-transformers 6 puts one there.
/// </summary>
public sealed class LowerCaseTests : IDisposable
{
    private const string Words =
        "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\none\nONE\ni\u0307stanbul\n\u03B1\u03C3\n\U00010428x\nstra\u00DFe\n[\nmask\n]\n";

    private readonly ModelFolder _folder = new();

    public LowerCaseTests()
    {
        _folder.Write("vocab.txt", Words);
        _folder.Write("tokenizer_config.json", """{"do_lower_case":false,"strip_accents":false}""");
        _folder.Modules("Transformer", "Pooling");
        _folder.MeanPooling(1);
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("ONE one", "one one")]
    [InlineData("\u0130STANBUL", "i\u0307stanbul")] // one letter becomes two
    [InlineData("\u0391\u03A3", "\u03B1\u03C3")] // letter by letter: no final sigma
    [InlineData("\U00010400X", "\U00010428x")] // a letter of two UTF-16 units
    [InlineData("STRA\u1E9EE", "stra\u00DFe")]
    [InlineData("[MASK] ONE", "[MASK] one")] // a special token is found before
    public void EveryLetterIsLowered(string text, string tokens)
    {
        Assert.Equal(tokens, Tokens(text, """{"do_lower_case":true}"""));
    }

    [Fact]
    public void WithoutTheKeyCaseIsKept()
    {
        Assert.Equal("ONE one", Tokens("ONE one", """{"do_lower_case":false}"""));
        Assert.Equal("[UNK]", Tokens("\u0130STANBUL", "{}"));
    }

    [Fact]
    public void TheVectorIsThatOfTheLowerText()
    {
        _folder.Write("sentence_bert_config.json", """{"do_lower_case":true}""");
        using EmbeddingModel model = _folder.Load();
        Assert.Equal(model.Embed("i\u0307stanbul one"), model.Embed("\u0130STANBUL ONE"));
        Assert.Equal(model.Embed("i\u0307stanbul one"), model.Embed("NBUL ONE", Prompt.Text("\u0130STA")));
        Assert.NotEqual(model.Embed("one"), model.Embed("i\u0307stanbul"));
    }

    private string Tokens(string text, string settings)
    {
        _folder.Write("sentence_bert_config.json", settings);
        using EmbeddingModel model = _folder.Load();
        var buffer = new TokenBuffer();
        model.Tokenizer.Encode(text, buffer, new EncodeOptions { AddSpecialTokens = false });
        return string.Join(' ', buffer.Ids.ToArray().Select(model.Tokenizer.TokenText));
    }
}
