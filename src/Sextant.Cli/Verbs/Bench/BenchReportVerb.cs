using System.Text;
using Sextant.Cli.Arguments;
using Sextant.Cli.Inputs;
using Sextant.Cli.Outputs;
using Sextant.Measurement.Records;
using Sextant.Measurement.Reports;

namespace Sextant.Cli.Verbs.Bench;

/// <summary><c>sextant bench report</c>: a record that was written before, in another format.</summary>
internal sealed class BenchReportVerb : Verb
{
    private static readonly Flag Readme = new(
        "--readme", "", "The speed tables of bench/results, from one or more records.");

    private static readonly Flag Headline = new(
        "--headline", "", "The README's table: passes beside those of other engines, from one or more records.");

    private static readonly Flag Figures = new(
        "--figures", "", "Errors, recall and index of bench/results, from records of bits and texts of other "
            + "commands.");

    private static readonly Flag Targets = new(
        "--targets", "", "What a device should reach and did, from the records of a run on it (bench/device).");

    public override string Name => "bench report";

    public override string Summary => "Shows bench records as tables, CSV or a page.";

    public override string Usage => "RECORD.json [RECORD.json …] [flags]";

    public override Flag[] Flags => [Readme, Headline, Figures, Targets, BenchFlags.Format, BenchFlags.Output];

    public override (string Line, string Meaning)[] Examples =>
    [
        ("sextant bench report bench.json --format html --output bench.html", "A record as a page."),
        ("sextant bench report --readme bench/results/xeon-2core/model.json", "The speed tables of bench/results."),
    ];

    public override int Run(ArgumentValues arguments, Terminal terminal)
    {
        if (arguments.Texts.Count == 0)
            throw new WrongUsageException("which record? give RECORD.json");
        string format = BenchFlags.FormatOf(arguments);
        Flag[] blocks = [.. new[] { Readme, Headline, Figures, Targets }.Where(arguments.Has)];
        if (blocks.Length > 1)
            throw new WrongUsageException($"{blocks[0].Name} and {blocks[1].Name} are two blocks; ask for one");
        if (blocks.Length > 0 && arguments.Has(BenchFlags.Format))
            throw new WrongUsageException($"{blocks[0].Name} is Markdown; --format cannot be combined with it");
        BenchFlags.RefuseToReplaceRecords(arguments);
        arguments.Texts.ForEach(path => InputFile.RequireFile(path));
        if (arguments.Has(Figures))
        {
            string[] texts = [.. arguments.Texts.Where(path => !IsRecord(path))];
            string figures = ReadmeFigures.Of(
                [.. arguments.Texts.Where(IsRecord).Select(Read)],
                [.. texts.Select(path => (path, File.ReadAllText(path)))], "bench/results");
            using OutputFile file = OutputFile.Create(arguments.Text(BenchFlags.Output), terminal);
            file.Stream.Write(Encoding.UTF8.GetBytes(figures));
            file.Commit();
            return Tool.Ok;
        }
        List<BenchRecord> records = arguments.Texts.ConvertAll(Read);
        if (blocks.Length > 0)
        {
            using OutputFile output = OutputFile.Create(arguments.Text(BenchFlags.Output), terminal);
            output.Stream.Write(Encoding.UTF8.GetBytes(
                arguments.Has(Targets) ? DeviceTargets.Of(records)
                : arguments.Has(Headline) ? ReadmeTables.Headline(records)
                : ReadmeTables.Of(records)));
            output.Commit();
            return Tool.Ok;
        }
        if (records.Count > 1)
            throw new WrongUsageException("one record makes a report; 'sextant bench compare' takes several");
        using OutputFile shown = OutputFile.Create(arguments.Text(BenchFlags.Output), terminal);
        BenchFlags.Write(shown, format, terminal, "sextant bench report", records[0]);
        return Tool.Ok;
    }

    private static bool IsRecord(string path) => path.EndsWith(".json", StringComparison.Ordinal);

    /// <summary>Reads a record that a command line names.</summary>
    public static BenchRecord Read(string path)
    {
        InputFile.RequireFile(path);
        using FileStream file = File.OpenRead(path);
        return RecordJson.Read(path, file);
    }
}
