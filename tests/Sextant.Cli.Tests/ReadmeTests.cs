namespace Sextant.Cli.Tests;

/// <summary>What the README shows of a search is what the search prints.</summary>
public class ReadmeTests
{
    private const string Command = "search --model tiny --in kernels/cpu --in kernels/NUMERICS.md \"";

    private static readonly string s_root = Checkout.Root;

    [Fact]
    public void TheHitsOfItsQuestionsAreThoseThatSearchFinds()
    {
        string[] readme = File.ReadAllText(Path.Combine(s_root, "README.md")).ReplaceLineEndings("\n").Split('\n');
        int command = Array.FindIndex(readme, line => line.Contains(Command, StringComparison.Ordinal));
        int begin = Array.FindIndex(readme, command + 2, line => line == "```") + 1;
        int end = Array.FindIndex(readme, begin, line => line == "```");
        Assert.True(command > 0 && end > begin, "README.md has no block of questions and hits behind its first command.");
        var hits = new List<string[]>();
        int shown = 0;
        foreach (string line in readme[begin..end])
        {
            if (!line.StartsWith(' '))
            {
                hits = Search(line);
                continue;
            }
            string[] words = line.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries);
            Assert.True(
                hits.Count > 0 && hits[0][1] == words[0] && hits[0][2].EndsWith("/" + words[1], StringComparison.Ordinal),
                $"README.md shows '{words[0]} {words[1]}'; search finds '{string.Join(' ', hits.FirstOrDefault() ?? [])}'.");
            hits.RemoveAt(0);
            shown++;
        }
        Assert.True(shown >= 3);
    }

    private static List<string[]> Search(string question)
    {
        Outcome outcome = CommandLine.Run(
            "search", "--in", Path.Combine(s_root, "kernels/cpu"), "--in", Path.Combine(s_root, "kernels/NUMERICS.md"),
            "-k3", question);
        Assert.True(outcome.Exit == Tool.Ok, outcome.Error);
        return [.. outcome.Lines.Select(line => line.Split('\t'))];
    }
}
