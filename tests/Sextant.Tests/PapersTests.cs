using System.Text.RegularExpressions;

namespace Sextant.Tests;

/// <summary>The table of papers names files that are there.</summary>
public partial class PapersTests
{
    [Fact]
    public void EveryFileOfTheTableIsThere()
    {
        string room = Path.Combine(TestData.Root, "src", "Sextant");
        string[] rows = [.. File.ReadLines(Path.Combine(room, "PAPERS.md"))
            .Where(line => line.StartsWith('|') && !line.StartsWith("|---", StringComparison.Ordinal)).Skip(1)];
        Assert.NotEmpty(rows);
        foreach (string row in rows)
        {
            string[] cells = row.Trim('|').Split('|');
            Assert.True(cells.Length == 4 && cells.All(cell => cell.Trim().Length > 0), row);
            string[] files = [.. Quoted().Matches(cells[1]).Select(match => match.Groups[1].Value)];
            Assert.NotEmpty(files);
            Assert.All(files, file => Assert.True(File.Exists(Path.Combine(room, file)), $"{file} is not there: {row}"));
        }
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();
}
