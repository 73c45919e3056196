using System.Globalization;
using System.Text;
using Sextant.Cli.Arguments;
using Sextant.Cli.Outputs;
using Sextant.Models;
using Sextant.Weights;

namespace Sextant.Cli.Verbs;

/// <summary><c>sextant models</c>: the models that are on this machine under a name.</summary>
internal sealed class ModelsVerb : Verb
{
    public override string Name => "models";

    public override string Summary => "Lists the models that are here under a name.";

    public override string Usage => "[flags]";

    public override string Details =>
        "A line for each that --model takes by name: those that come with the tool, and those in the hub's cache. "
        + "Columns: name, size in MB, model_type ('no' before one that is not supported), licence as its card says, "
        + "folder.";

    public override Flag[] Flags => [];

    public override (string Line, string Meaning)[] Examples => [("sextant models", "What is here.")];

    public override int Run(ArgumentValues arguments, Terminal terminal)
    {
        if (arguments.Texts.Count > 0)
            throw new WrongUsageException($"models takes no text; '{arguments.Texts[0]}' is not accepted here");
        List<string[]> rows = [.. All().Select(Row)];
        using OutputFile output = OutputFile.Create(null, terminal);
        foreach (string[] row in rows)
        {
            string line = terminal.OutputIsTerminal
                ? string.Join("  ", row.Select((cell, column) => cell.PadRight(rows.Max(one => one[column].Length))))
                : string.Join('\t', row);
            output.Stream.Write(Encoding.UTF8.GetBytes(line.TrimEnd() + "\n"));
        }
        output.Commit();
        return Tool.Ok;
    }

    private static IEnumerable<(string Name, string Folder, string? Licence)> All()
    {
        yield return (NamedModels.Tiny, EmbeddingModel.DefaultPath, "mit");
        foreach (string name in NamedModels.Shipped)
        {
            if (NamedModels.IsHere(name))
                yield return (name, NamedModels.ShippedFolder(name), "apache-2.0");
        }
        foreach ((HubName name, string folder) in HubCache.All())
            yield return (name.ToString(), folder, null);
    }

    private static string[] Row((string Name, string Folder, string? Licence) model)
    {
        long bytes = Directory.EnumerateFiles(model.Folder, "*", SearchOption.AllDirectories).Sum(Length);
        return
        [
            model.Name, (bytes / 1e6).ToString("F1", CultureInfo.InvariantCulture), Family(model.Folder),
            TerminalText.OneLine(model.Licence ?? LicenceOf(model.Folder) ?? "?"), TerminalText.OneLine(model.Folder),
        ];
    }

    // Of what a link leads to.
    private static long Length(string file) =>
        (File.ResolveLinkTarget(file, returnFinalTarget: true) as FileInfo ?? new FileInfo(file)) is { Exists: true } info
            ? info.Length : 0;

    private static string Family(string folder)
    {
        try
        {
            string? type = ConfigFile.ReadIfPresent(Path.Combine(folder, "config.json"))?.OptionalString("model_type");
            if (type is null)
                return "?";
            return ModelCatalog.Families.Any(family => family.ModelType == type) ? type : $"no {type}";
        }
        catch (InvalidModelException)
        {
            return "?";
        }
    }

    // The line 'license: …' of the card's front matter.
    private static string? LicenceOf(string folder)
    {
        string card = Path.Combine(folder, "README.md");
        if (!File.Exists(card))
            return null;
        string? line = File.ReadLines(card).Skip(1).TakeWhile(one => one != "---").Take(200)
            .FirstOrDefault(one => one.StartsWith("license:", StringComparison.Ordinal));
        return line?["license:".Length..].Trim();
    }
}
