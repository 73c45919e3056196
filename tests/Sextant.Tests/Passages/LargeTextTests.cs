using Sextant.Passages;

namespace Sextant.Tests.Passages;

/// <summary>Ten megabytes of each kind: the work is counted, not timed, so the tests are exact.</summary>
public class LargeTextTests
{
    private const int Size = 10_000_000;

    public static TheoryData<string, string> Kinds => new()
    {
        { "prose", "The quick brown fox jumps over the lazy dog. " },
        { "lines", "The quick brown fox\njumps over the lazy dog.\n\n" },
        { "letters", "a" },
        { "surrogate pairs", "\U0001F600" },
        { "combining marks", "\u0301" },
        { "full stops", "." },
        { "ends and spaces", ". " },
        { "spaces and a letter", new string(' ', 5000) + "a" },
        { "new lines and spaces", "\n" + new string(' ', 300) + "a" },
        { "one word a line", "a\n" },
        { "headings", "# a\n" },
        { "underlines", "a\n---\n\n" },
        { "fences", "```\n" },
        { "words without an end", "word " },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void EachCharacterIsCountedABoundedNumberOfTimes(string name, string pattern)
    {
        long counted = 0;
        // A quarter of a token for each character, at least one: like a real tokenizer, but for unknown words.
        var reader = new PassageReader(text =>
        {
            counted += text.Length;
            return Math.Max(1, text.Length / 4);
        });
        long characters = 0;
        long passages = 0;
        Passage? last = null;
        using var text = new RepeatedText(pattern, Size);

        foreach (Passage passage in reader.Read(text, "a.md"))
        {
            Assert.InRange(passage.Text.Length, 1, 128 * 16);
            characters += passage.Text.Length;
            passages++;
            last = passage;
        }

        Assert.NotNull(last);
        Assert.Equal(Size - TrailingSpace(pattern), last.End);
        // Once as a sentence and once for each halving of a sentence of at most 2048 characters down to 32 tokens: 5.
        Assert.True(counted <= 6L * Size, $"{name}: {counted} characters were counted");
        // Half of a passage at most is repeated.
        Assert.True(characters <= 2L * Size, $"{name}: {passages} passages of {characters} characters");
    }

    [Fact]
    public void UnknownWordsAreBoundedByCharacters()
    {
        using var text = new RepeatedText("a", Size);
        var reader = new PassageReader(_ => 1);
        Assert.Equal(Size, reader.Read(text, "a").Sum(passage =>
        {
            Assert.InRange(passage.Text.Length, 1, 128 * 16);
            return passage.Text.Length;
        }));
    }

    private static int TrailingSpace(string pattern) => Size % pattern.Length is var rest && rest == 0
        ? pattern.Length - pattern.TrimEnd().Length
        : rest - pattern[..rest].TrimEnd().Length;
}
