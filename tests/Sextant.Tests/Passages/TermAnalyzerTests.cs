using Sextant.Passages;

namespace Sextant.Tests.Passages;

public class TermAnalyzerTests
{
    [Fact]
    public void StemsAreThoseOfSnowball()
    {
        string[] lines = File.ReadAllLines(Path.Combine(TestData.Root, "tests/fixtures/stems/english.txt"));
        Assert.True(lines.Length > 1800);
        Span<char> buffer = stackalloc char[EnglishStemmer.MaxLength + 1];
        foreach (string line in lines)
        {
            string[] words = line.Split(' ');
            words[0].CopyTo(buffer);
            Assert.Equal(words[1], buffer[..EnglishStemmer.Stem(buffer, words[0].Length)].ToString());
        }
    }

    [Theory]
    [InlineData("Connected connecting CONNECTIONS", "connect connect connect")]
    [InlineData("edit package.json first", "edit packag json first package.json")]
    [InlineData("run it with --dry-run.", "run it with dri run --dry-run")]
    [InlineData("max_length, (src/Files.cs):", "max length src file cs max_length src/files.cs")]
    [InlineData("the end. Of it -- or not: a/", "the end of it or not a")]
    [InlineData("-k 3.5 C++ ---x", "k 3 5 c x -k 3.5 --x")]
    [InlineData("Ärzte 今日", "ärzte 今 日")]
    [InlineData("", "")]
    public void EnglishHasStemsAndIdentifiersAsTheyAreWritten(string text, string terms) =>
        Assert.Equal(
            terms.Split(' ', StringSplitOptions.RemoveEmptyEntries), TermAnalyzer.English.Terms(text));

    [Fact]
    public void AQueryFindsAnIdentifierAlsoBetweenSigns()
    {
        string identifier = TermAnalyzer.English.Terms("--dry-run")[^1];
        foreach (string text in (string[])["`--dry-run`", "(--dry-run)", "use \"--dry-run\", please", "--DRY-RUN=x"])
            Assert.Contains(identifier, TermAnalyzer.English.Terms(text));
    }

    [Fact]
    public void ANameMeansItsAnalyzer()
    {
        Assert.All(TermAnalyzer.Names, name => Assert.Equal(name, TermAnalyzer.Named(name)!.Name));
        Assert.Null(TermAnalyzer.Named("latin"));
        Assert.Equal(["running", "dogs"], TermAnalyzer.Words.Terms("Running dogs"));
    }
}
