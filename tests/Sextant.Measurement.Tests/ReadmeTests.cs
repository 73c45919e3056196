using System.Text.RegularExpressions;
using Sextant.Measurement.Records;
using Sextant.Measurement.Reports;

namespace Sextant.Measurement.Tests;

public partial class ReadmeTests
{
    private const string Command = "<!-- sextant bench report --readme ";
    private const string End = "<!-- end of the report -->";
    private const string FiguresCommand = "<!-- sextant bench report --figures ";
    private const string FiguresEnd = "<!-- end of the figures -->";
    private const string HeadlineCommand = "<!-- sextant bench report --headline ";
    private const string HeadlineEnd = "<!-- end of the headline -->";
    private const string Readme = "README.md", Results = "bench/results/README.md";

    [Fact]
    public void TheSpeedTablesAreThoseOfTheCommittedRecords()
    {
        (string[] paths, string shown) = Block(Results, Command, End);
        Assert.Equal(ReadmeTables.Of([.. paths.Select(Read)]), shown);
        (paths, shown) = Block(Readme, HeadlineCommand, HeadlineEnd);
        Assert.Equal(ReadmeTables.Headline([.. paths.Select(Read)]), shown);
    }

    [Fact]
    public void TheOtherFiguresAreThoseOfTheCommittedOutputs()
    {
        (string[] paths, string shown) = Block(Results, FiguresCommand, FiguresEnd);
        Assert.Equal(
            ReadmeFigures.Of(
                [.. paths.Where(path => path.EndsWith(".json", StringComparison.Ordinal)).Select(Read)],
                [.. paths.Where(path => path.EndsWith(".txt", StringComparison.Ordinal)).Select(path =>
                    (path, File.ReadAllText(Path.Combine(Checkout.Root, path))))],
                Path.GetDirectoryName(Results)!.Replace('\\', '/')),
            shown);
    }

    // A record in Markdown stands in the README as it is.
    [Fact]
    public void TablesOfRecordsAreThoseRecords()
    {
        string readme = File.ReadAllText(Path.Combine(Checkout.Root, Readme)).ReplaceLineEndings("\n");
        MatchCollection blocks = TakenFrom().Matches(readme);
        Assert.NotEmpty(blocks);
        foreach (Match block in blocks)
        {
            string record = File.ReadAllText(Path.Combine(Checkout.Root, block.Groups[1].Value)).ReplaceLineEndings("\n");
            Assert.Contains("\n" + block.Groups[2].Value, record, StringComparison.Ordinal);
        }
    }

    [GeneratedRegex("<!-- from (\\S+) -->\n(.*?)<!-- end of \\1 -->\n", RegexOptions.Singleline)]
    private static partial Regex TakenFrom();

    // A time, a rate, a size or a share in prose would drift: it belongs into a block that a command writes.
    [Fact]
    public void MeasuredFiguresStandInGeneratedBlocksOnly()
    {
        string readme = File.ReadAllText(Path.Combine(Checkout.Root, "README.md")).ReplaceLineEndings("\n");
        Assert.True(Cut(ref readme, HeadlineCommand, HeadlineEnd).Length > 500);
        readme = TakenFrom().Replace(readme, "");
        Assert.Empty(Figure().Matches(readme).Select(match => match.Value));
        Assert.All(
            new[] { "12 ms", "3.5 GFLOP/s", "99 %", "1.3× ", "twenty times slower", "0.2 µs", "60 MiB", "5 queries/s" },
            figure => Assert.Matches(Figure(), figure));
    }

    private static string Cut(ref string text, string begin, string end)
    {
        int start = text.IndexOf(begin, StringComparison.Ordinal);
        int stop = text.IndexOf(end, start, StringComparison.Ordinal);
        string block = text[start..stop];
        text = text[..start] + text[stop..];
        return block;
    }

    [GeneratedRegex(
        @"[\d.,]+ ?(?:ns|µs|ms|s|GFLOP/s|GB/s|MB/s|(?:queries|tokens|texts)/s|%|×|[KMG]i?B)(?!\w)"
        + @"|\w+ times (?:faster|slower)")]
    private static partial Regex Figure();

    [Fact]
    public void AnOutputWithoutItsFigureIsRefusedByItsPath()
    {
        InvalidRecordException problem = Assert.Throws<InvalidRecordException>(
            () => ReadmeFigures.Of([], [("errors.txt", "Sextant.Bench errors\nexp: 0.9 ulp at most\n")], "."));
        Assert.StartsWith("errors.txt: has no line like 'erf", problem.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidRecordException>(() => ReadmeFigures.Of([], [("other.txt", "something else\n")], "."));
    }

    // The files that a marker names, and what stands between it and its end.
    private static (string[] Paths, string Shown) Block(string document, string command, string end)
    {
        string readme = File.ReadAllText(Path.Combine(Checkout.Root, document)).ReplaceLineEndings("\n");
        int start = readme.IndexOf(command, StringComparison.Ordinal);
        Assert.True(start >= 0, $"{document} has no '{command}'.");
        int line = readme.IndexOf(" -->\n", start, StringComparison.Ordinal);
        string shown = readme[(line + " -->\n".Length)..readme.IndexOf(end, start, StringComparison.Ordinal)];
        return (readme[(start + command.Length)..line].Split(' '), shown);
    }

    private static BenchRecord Read(string path)
    {
        using FileStream file = File.OpenRead(Path.Combine(Checkout.Root, path));
        return RecordJson.Read(path, file);
    }
}
