using System.Text.Json;
using Sextant.Tokens;

namespace Sextant.Tests.Cases;

/// <summary>Tokenizer files of public reports: the ids of the reference, or a refusal by name.</summary>
public class TokenizerCaseTests
{
    // Without ids: those that are refused and what is said, and those that other tests look at.
    private static readonly Dictionary<string, string> s_refused = new()
    {
        ["T06d"] = "'pre_tokenizer.add_prefix_space' is false",
        ["T20a"] = "'the file' has the unknown field 'name'",
        ["T20k"] = "'model.max_input_chars_per_word' is missing",
    };

    private static readonly string[] s_special = ["T06c", "T14", "T15", "T20p"];

    public static TheoryData<string> WithIds =>
        [.. CaseFolder.Names('T').Where(name => CaseFolder.Has(name, "expected.jsonl"))];

    public static TheoryData<string> Refused => [.. s_refused.Keys];

    [Theory]
    [MemberData(nameof(WithIds))]
    public void TheIdsAreTheReferences(string name)
    {
        Tokenizer tokenizer = Load(name);
        List<JsonElement> texts = CaseFolder.Lines(name, "texts.jsonl");
        List<JsonElement> expected = CaseFolder.Lines(name, "expected.jsonl");
        Assert.Equal(texts.Count, expected.Count);
        var buffer = new TokenBuffer();
        for (int i = 0; i < texts.Count; i++)
        {
            tokenizer.Encode(
                texts[i].GetProperty("text").GetString(), buffer, new() { Offsets = OffsetUnit.CodePoints });
            Assert.Equal(Numbers(expected[i], "ids"), buffer.Ids.ToArray());
            if (!expected[i].TryGetProperty("offsets", out JsonElement offsets))
                continue;
            Assert.Equal(Numbers(expected[i], "type_ids"), buffer.TypeIds.ToArray());
            Assert.Equal(offsets.EnumerateArray().Select(pair => (pair[0].GetInt32(), pair[1].GetInt32())),
                buffer.Offsets.ToArray().Select(offset => (offset.Start, offset.End)));
        }
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void WhatTheReferenceRefusesIsRefused(string name)
    {
        var error = Assert.Throws<InvalidModelException>(() => Load(name));
        Assert.Contains(s_refused[name], error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryCaseIsTested() => Assert.Equal(CaseFolder.Names('T'),
        WithIds.Select(row => row.Data).Concat(s_refused.Keys).Concat(s_special).Order(StringComparer.Ordinal));

    // The reference turns the letters of an added token into bytes as well (its maintainers call that a fault); it is
    // followed, since ids do not depend on it.
    [Fact]
    public void DecodingAnAddedTokenOfLettersFollowsTheReference()
    {
        Tokenizer tokenizer = Load("T14");
        var buffer = new TokenBuffer();
        tokenizer.Encode("a čaj Ġx b", buffer);
        Assert.Equal("a \raj  x b", tokenizer.Decode(buffer.Ids));
    }

    [Theory]
    [InlineData(new[] { 2 }, "##en")]
    [InlineData(new[] { 1, 2 }, "token")]
    [InlineData(new[] { 2, 1 }, "##en tok")]
    public void AContinuationThatComesFirstKeepsItsPrefix(int[] ids, string text) =>
        Assert.Equal(text, Load("T15").Decode(ids));

    // The older key alone takes the mark away, as the version that wrote it did.
    [Fact]
    public void TheOlderKeyAloneIsRead()
    {
        var buffer = new TokenBuffer();
        Load("T06c").Encode("Hello", buffer);
        Assert.True(buffer.Count > 0);
    }

    [Fact]
    public void TruncationOfTheFileIsOffered()
    {
        Tokenizer tokenizer = Load("T20p");
        Assert.Equal(3, tokenizer.FileTruncation!.MaxTokens);
        Assert.NotNull(tokenizer.FilePadding);
    }

    [Fact]
    public void WhatIsPassedOverOrOverruledIsNoted()
    {
        Assert.Contains("tokenizer.json: 'normalizer.comment' was not used.", Load("T20c").Notes);
        Assert.Contains(Load("T13c").Notes, note => note.Contains("'[UNK]' is not in the", StringComparison.Ordinal));
        Assert.Contains(Load("T17a").Notes,
            note => note.Contains("sets do_lower_case false", StringComparison.Ordinal));
    }

    [Fact]
    public void AnUnknownTokenThatIsMissingIsMissedWhenATextNeedsIt()
    {
        Tokenizer tokenizer = Load("T13c");
        var error = Assert.Throws<InvalidModelException>(() => tokenizer.CountTokens("hello moon"));
        Assert.Contains("'[UNK]' is not in the vocabulary, and the text 'moon' needs it", error.Message,
            StringComparison.Ordinal);
    }

    private static int[] Numbers(JsonElement line, string name) =>
        [.. line.GetProperty(name).EnumerateArray().Select(number => number.GetInt32())];

    private static Tokenizer Load(string name)
    {
        if (!CaseFolder.Has(name, "TOKENIZER.txt"))
            return Tokenizer.LoadFolder(CaseFolder.Path(name));
        string file = File.ReadAllText(Path.Combine(CaseFolder.Path(name), "TOKENIZER.txt")).Split(' ')[0];
        return Tokenizer.LoadFile(TestData.Shared(file.Split('/')));
    }
}
