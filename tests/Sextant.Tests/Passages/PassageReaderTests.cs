using System.Text;
using Sextant.Passages;

namespace Sextant.Tests.Passages;

public class PassageReaderTests
{
    // A word is a token: counts can be made by hand.
    private static int Words(ReadOnlySpan<char> text)
    {
        int words = 0;
        bool inside = false;
        foreach (char c in text)
        {
            bool white = char.IsWhiteSpace(c);
            words += !white && !inside ? 1 : 0;
            inside = !white;
        }
        return words;
    }

    private static Passage[] Cut(string text, int chunk = 8, int overlap = 0, string file = "a.md") =>
        [.. new PassageReader(Words, new PassageOptions { Chunk = chunk, Overlap = overlap }).Read(
            new StringReader(text), file)];

    private static string[] Texts(IEnumerable<Passage> passages) => [.. passages.Select(passage => passage.Text)];

    [Fact]
    public void SentencesAreJoinedUntilAPassageIsFull() => Assert.Equal(
        ["One two three. Four five six.", "Seven eight nine. Ten eleven twelve thirteen fourteen.", "Fifteen."],
        Texts(Cut("One two three. Four five six. Seven eight nine. Ten eleven twelve thirteen fourteen. Fifteen.")));

    [Fact]
    public void TheLastSentencesAreRepeatedUpToTheOverlap() => Assert.Equal(
        ["One two three. Four five. Six seven.", "Four five. Six seven. Eight nine ten.",
            "Eight nine ten. Eleven twelve thirteen fourteen."],
        Texts(Cut("One two three. Four five. Six seven. Eight nine ten. Eleven twelve thirteen fourteen.", 8, 4)));

    [Fact]
    public void AShortPassageRepeatsMore()
    {
        const string Text = "A b c d e f g h i jj. K l m n oo. Pp.";
        Assert.Equal(["A b c d e f g h i jj. K l m n oo.", "K l m n oo. Pp."], Texts(Cut(Text, 15, 2)));
        Assert.Equal(["A b c d e f g h i jj. K l m n oo.", "Pp."], Texts(Cut(Text, 15, 0)));
        Assert.Equal(["A b c d e f g h i jj. K l m n oo.", "# P"], Texts(Cut(Text[..^4] + "\n# P", 15, 2)));
    }

    [Fact]
    public void AParagraphsBorderIsPreferredToASentences() => Assert.Equal(
        ["One two. Three four five.", "Six seven. Eight nine ten eleven."],
        Texts(Cut("One two. Three four five.\n\nSix seven. Eight nine ten eleven.")));

    [Fact]
    public void AParagraphsBorderInTheFirstHalfIsNot() => Assert.Equal(
        ["One two.\n\nThree four five six.", "Seven eight nine ten."],
        Texts(Cut("One two.\n\nThree four five six. Seven eight nine ten.")));

    [Fact]
    public void AHeadingBeginsAPassageAndIsNotRepeatedOver() => Assert.Equal(
        ["Before it.", "# Title\n## Part\nOne two.", "# Next\nThree."],
        Texts(Cut("Before it.\n# Title\n## Part\nOne two.\n\n# Next\nThree.", 8, 4)));

    [Fact]
    public void AnUnderlinedLineIsAHeading() => Assert.Equal(
        ["Before it.", "Title\n=====\nOne two.", "Next\n----\nThree."],
        Texts(Cut("Before it.\n\nTitle\n=====\nOne two.\n\nNext\n----\nThree.", 8, 4)));

    [Fact]
    public void ANumberSignIsAHeadingOnlyWhereThereAreHeadings()
    {
        Assert.Single(Cut("a = 1\n# why\nb = 2", file: "a.py"));
        Assert.Equal(2, Cut("a = 1\n# why\nb = 2", file: "a.md").Length);
        Assert.Single(Cut("Run:\n```\n# why\nb = 2\n```", file: "a.md"));
    }

    [Theory]
    [InlineData("Mr. Smith met Dr. J. Jones in the U.S. Senate.")]
    [InlineData("It costs 3.50 at v1.2.3 of example.com today.")]
    [InlineData("“What?” she said, e.g. like this, cf. Fig. 3 there.")]
    [InlineData("1. The first of all.")]
    [InlineData("\"He asked: (Why?!)\"")]
    [InlineData("A line\nand another.")]
    [InlineData("Well…")]
    [InlineData("今日は晴れ。")]
    [InlineData("क्या हुआ।")]
    public void ASentenceEndsAtItsEnd(string sentence)
    {
        string text = sentence + " Then he left.";
        Assert.Equal(sentence.Length, Sentences.FirstLength(text, text.Length, LineStarts.For("a.md")));
    }

    [Fact]
    public void IdeographicSentencesEndWithoutASpace()
    {
        var reader = new PassageReader(text => text.Length, new PassageOptions { Chunk = 7, Overlap = 0 });
        Assert.Equal(["今日は晴れ。", "明日は雨？", "はい！"], Texts(reader.Read(new StringReader("今日は晴れ。明日は雨？はい！"), "a.txt")));
    }

    [Fact]
    public void ItemsAreSentences() => Assert.Equal(
        ["Things:\n- one two three", "- four\nfive six", "1. seven eight\n2) nine"],
        Texts(Cut("Things:\n- one two three\n- four\nfive six\n1. seven eight\n2) nine", 6)));

    [Fact]
    public void ASentenceThatIsTooLongIsCutBetweenWords()
    {
        string text = string.Join(' ', Enumerable.Range(0, 100).Select(i => $"word{i}"));
        Passage[] passages = Cut(text, 8, 0);
        Assert.All(passages, passage => Assert.InRange(passage.Tokens, 1, 8));
        Assert.Equal(text, string.Join(' ', Texts(passages)));
    }

    [Fact]
    public void InProgramsEachLineStandsForItself() => Assert.Equal(
        ["int a = 1;", "if (a > 2)\n{\n    b(a);\n}"],
        Texts(Cut("int a = 1;\n\nif (a > 2)\n{\n    b(a);\n}\n", file: "a.cs")));

    [Fact]
    public void ASentenceThatIsTooLongOverlapsToo()
    {
        string text = string.Join(' ', Enumerable.Range(0, 100).Select(i => $"word{i}"));
        Passage[] passages = Cut(text, 16, 4);
        for (int i = 1; i < passages.Length; i++)
        {
            Assert.InRange(passages[i - 1].End - passages[i].Start, 1, 4 * 7);
            Assert.InRange(passages[i].Tokens, 1, 16);
        }
    }

    [Fact]
    public void NothingMakesNoPassage()
    {
        Assert.Empty(Cut(""));
        Assert.Empty(Cut(" \r\n\t\n"));
        Assert.Empty(new PassageReader(_ => 0).Read(new StringReader("\u200B \u200B"), "a"));
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public void LinesAreCountedFromOne(string newLine)
    {
        string text = string.Join(newLine, "", "One", "two.", "", "Three four", "five six.", "", "", "Seven.", "");
        Passage[] passages = Cut(text, 4);
        Assert.Equal([(2, 3), (5, 6), (9, 9)], passages.Select(passage => (passage.FirstLine, passage.LastLine)));
        AssertConsistent(text, passages);
    }

    [Theory]
    [InlineData(4, 0)]
    [InlineData(8, 4)]
    [InlineData(32, 16)]
    [InlineData(128, 32)]
    public void EveryWordIsInAPassageAndEveryPassageIsThePartOfTheFileItNames(int chunk, int overlap)
    {
        var random = new Random(chunk);
        string[] pieces =
        [
            "word", "Another", "end.", "end. ", "e.g.", "\n", "\n\n", "\r\n", "\r\n\r\n", "# Title\n", "\n# Title\n",
            "\n---\n", "\n- item ", "\n```\n",
            "   ", "\U0001F600", "e\u0301\u0301", "今日。", new string('x', 300), new string(' ', 700), "\t", "?!\"",
            "12.", "\uD83D",
        ];
        for (int round = 0; round < 40; round++)
        {
            var builder = new StringBuilder();
            for (int i = random.Next(600); i > 0; i--)
                builder.Append(pieces[random.Next(pieces.Length)]).Append(random.Next(2) == 0 ? " " : "");
            string text = builder.ToString();
            Passage[] passages = Cut(text, chunk, overlap);
            AssertConsistent(text, passages);
            Assert.All(passages, passage => Assert.InRange(passage.Tokens, 1, chunk));
            Assert.All(passages, passage => Assert.InRange(passage.Text.Length, 1, chunk * 16));
        }
    }

    // What is claimed about file, lines and characters, checked against the text itself.
    internal static void AssertConsistent(string text, Passage[] passages)
    {
        long covered = 0;
        long previous = -1;
        foreach (Passage passage in passages)
        {
            Assert.Equal(text[(int)passage.Start..(int)passage.End], passage.Text);
            Assert.Equal(1 + text.AsSpan(0, (int)passage.Start).Count('\n'), passage.FirstLine);
            Assert.Equal(1 + text.AsSpan(0, (int)passage.End).Count('\n'), passage.LastLine);
            Assert.True(passage.Start > previous, "each passage begins after the one before");
            Assert.True(passage.End > covered, "each passage has something new");
            if (passage.Start > covered)
                Assert.True(
                    text.AsSpan((int)covered..(int)passage.Start).IsWhiteSpace(), "only white space is left out");
            Assert.False(char.IsWhiteSpace(passage.Text[0]) || char.IsWhiteSpace(passage.Text[^1]));
            AssertNoCutPair(text, (int)passage.Start);
            AssertNoCutPair(text, (int)passage.End);
            (covered, previous) = (passage.End, passage.Start);
        }
        Assert.True(text.AsSpan((int)covered).IsWhiteSpace(), "nothing is left at the end");
    }

    private static void AssertNoCutPair(string text, int position) => Assert.False(
        position > 0 && position < text.Length && char.IsHighSurrogate(text[position - 1]) && char.IsLowSurrogate(text[position]),
        $"a surrogate pair is cut at {position}");
}
