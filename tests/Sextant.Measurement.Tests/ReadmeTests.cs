using Sextant.Measurement.Records;
using Sextant.Measurement.Reports;

namespace Sextant.Measurement.Tests;

public class ReadmeTests
{
    private const string Command = "<!-- sextant bench report --readme ";
    private const string End = "<!-- end of the report -->";

    [Fact]
    public void TheReadmesSpeedTablesAreThoseOfTheCommittedRecords()
    {
        string readme = File.ReadAllText(Path.Combine(Checkout.Root, "README.md")).ReplaceLineEndings("\n");
        int start = readme.IndexOf(Command, StringComparison.Ordinal);
        Assert.True(start >= 0, "README.md has no speed tables.");
        int line = readme.IndexOf(" -->\n", start, StringComparison.Ordinal);
        string[] paths = readme[(start + Command.Length)..line].Split(' ');
        string shown = readme[(line + " -->\n".Length)..readme.IndexOf(End, start, StringComparison.Ordinal)];
        Assert.Equal(ReadmeTables.Of([.. paths.Select(Read)]), shown);
    }

    private static BenchRecord Read(string path)
    {
        using FileStream file = File.OpenRead(Path.Combine(Checkout.Root, path));
        return RecordJson.Read(path, file);
    }
}
