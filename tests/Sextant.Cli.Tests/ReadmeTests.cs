namespace Sextant.Cli.Tests;

/// <summary>What the README shows of a search is what the search prints.</summary>
public class ReadmeTests
{
    private const string Command = "--project src/Sextant.Cli -- search --in ";

    private static readonly string s_root = Checkout.Root;

    [Fact]
    public void TheHitsOfItsQuestionsAreThoseThatSearchFinds()
    {
        string model = Path.Combine(s_root, "weights", "minilm", "model");
        if (!Directory.Exists(model))
            Assert.Skip("weights/minilm/model is not there: the build could not get the package that it is made of.");
        string[] readme = File.ReadAllText(Path.Combine(s_root, "README.md")).ReplaceLineEndings("\n").Split('\n');
        int command = Array.FindIndex(readme, line => line.Contains(Command, StringComparison.Ordinal));
        int begin = Array.FindIndex(readme, command + 2, line => line == "```") + 1;
        int end = Array.FindIndex(readme, begin, line => line == "```");
        Assert.True(command > 0 && end > begin, "README.md has no block of questions and hits after its first "
            + "command.");
        string[] words = readme[command].Split(' ');
        string[] files = [.. words.Zip(words.Skip(1)).Where(pair => pair.First == "--in").Select(pair => pair.Second)];
        Assert.Contains(readme[begin], readme[command]);
        Assert.Equal(10, end - begin);
        for (int line = begin; line < end; line += 2)
        {
            string[] shown = readme[line + 1].Trim().Split("  ", 2);
            string[] found = Search(model, files, readme[line]);
            Assert.StartsWith(Path.Combine(s_root, shown[0]) + ":", found[2]);
            string excerpt = shown[1].Trim('…', ' ');
            Assert.True(
                excerpt.Length > 30 && found[3].Contains(excerpt, StringComparison.Ordinal),
                $"{readme[line]}: README.md shows '{excerpt}'; search finds '{found[3]}'.");
        }
    }

    private static string[] Search(string model, string[] files, string question)
    {
        string[] paths = [.. files.SelectMany(file => new[] { "--in", Path.Combine(s_root, file) })];
        Outcome outcome = CommandLine.Run(["search", "--model", model, .. paths, "-k1", question]);
        Assert.True(outcome.Exit == Tool.Ok, outcome.Error);
        return outcome.Lines[0].Split('\t');
    }
}
