using System.Globalization;
using System.Reflection;
using Sextant.Backends;
using Sextant.Cli.Arguments;
using Sextant.Measurement.Models;

namespace Sextant.Cli.Verbs.Bench;

/// <summary><c>sextant bench model</c>: whole models, as a grid and in MLPerf's scenarios.</summary>
internal sealed class BenchModelVerb : MeasuringVerb
{
    private static readonly string[] s_shapes =
        [.. SyntheticModel.All.Select(shape => shape.Name), .. FamilyShapes.All.Select(shape => shape.Name)];

    private static readonly string[] s_scenarios =
        ["Grid", "SingleStream", "MultiStream", "Server", "Offline", "Ops", "Tokenizer", "ColdStart"];

    private static readonly string[] s_types = ["f32", "f16", "bf16"];

    public static readonly Flag Shape = new(
        "--shape", "A,B",
        "Shapes with random weights: " + string.Join(", ", s_shapes)
            + ". Default: the model that comes with the tool.");
    public static readonly Flag Type = new(
        "--type", "T", "How the weights of minilm, bge-base and bge-large are stored: f32, f16 or bf16. Default: f32.");
    private static readonly Flag Grid = new(
        "--grid", "SxT,…", "Batches: sequences x tokens. Default: from 1x8 to 128x32.");
    private static readonly Flag Scenario = new(
        "--scenario", "A,B", string.Join(", ", s_scenarios) + ". Default: all.");
    private static readonly Flag Bound = new(
        "--latency-bound", "MS",
        "Milliseconds that the Server scenario's 99th percentile must keep within. Default: 100.");

    public override string Name => "bench model";

    public override string Summary => "Measures whole models: grid, scenarios, ops, cold start.";

    public override string Usage => "[--model DIR | --shape NAME] [flags]";

    public override string Details =>
        "Grid: batches of equal sequences, the copies of the model taking turns so that weights come from memory. "
        + "SingleStream: one text after the other. MultiStream: eight at a time. Server: texts that arrive at random "
        + "moments. Offline: many texts of mixed lengths. Ops: where the time goes. Tokenizer: texts to ids, apart. "
        + "ColdStart: a new process until its first vector. Rows of the streams carry the vector's parity with exact "
        + "mode.";

    protected override Flag[] OwnFlags =>
    [
        ModelFlags.Model, Shape, Type, BenchDevices.Flag, BenchFlags.Precisions, BenchFlags.Threads, Grid, Scenario,
        Bound,
    ];

    public override (string Line, string Meaning)[] Examples =>
    [
        ("sextant bench model --quick", "The model that comes with the tool, all scenarios, few sizes."),
        ("sextant bench model --shape bge-base --threads 1 --scenario Grid", "A grid on one thread."),
        ("sextant bench model --model ./my-model --format html --output model.html", "A model of your own, as a page."),
    ];

    public override MeasuredPart Choose(ArgumentValues arguments)
    {
        string[] scenarios = BenchFlags.Words(arguments, Scenario);
        foreach (string scenario in scenarios.Except(s_scenarios))
        {
            throw new WrongUsageException(
                $"there is no scenario '{scenario}'{Spelling.Hint(scenario, s_scenarios)}; there are "
                + string.Join(", ", s_scenarios));
        }
        Precision[] precisions = BenchFlags.PrecisionsOf(arguments);
        (int, int)[] grid = ParseGrid(arguments.Text(Grid));
        int? threads = arguments.Number(BenchFlags.Threads, 1, 1024);
        double bound = (arguments.Number(Bound, 1, 1_000_000) ?? 100) / 1e3;
        RequireKnownModels(arguments);
        return (context, device) => new ModelBench(context, new ModelChoice
        {
            Models = Models(arguments),
            On = device,
            Precisions = precisions,
            Threads = threads is { } count ? [count]
                : !device.IsProcessor || context.Machine.Processors == 1 || context.IsQuick
                ? [context.Machine.Processors] : [1, context.Machine.Processors],
            Grid = grid,
            Scenarios = scenarios,
            LatencyBoundSeconds = bound,
            Self = Self(),
        }).Run();
    }

    /// <summary>The models that the flags name; shapes are written when they are needed first.</summary>
    public static List<LoadedShape> Models(ArgumentValues arguments)
    {
        if (ShapesOf(arguments) is [])
        {
            string name = ModelFlags.NameOf(arguments);
            string shown = Directory.Exists(name) ? Path.GetFileName(Path.TrimEndingDirectorySeparator(name)) : name;
            return [new LoadedShape(shown, NamedModels.FolderOf(name), ["--model", name], false)];
        }
        string type = arguments.Choice(Type, s_types) ?? s_types[0];
        string root = Path.Combine(Path.GetTempPath(), "sextant-bench");
        return [.. ShapesOf(arguments).Select(name => Synthetic(name, type, root))];
    }

    /// <summary>Looks at the names of models, before anything is done with them.</summary>
    public static void RequireKnownModels(ArgumentValues arguments)
    {
        bool typed = arguments.Choice(Type, s_types) is not null;
        if (arguments.Has(ModelFlags.Model))
        {
            string folder = ModelFlags.Folder(arguments);
            if (arguments.Has(Shape) || typed)
            {
                throw new WrongUsageException(
                    "--model has its own weights: --shape and --type cannot be combined with it");
            }
            if (!Directory.Exists(folder))
                throw new InputException($"{folder}: there is no such folder.");
            return;
        }
        if (typed && !arguments.Has(Shape))
            throw new WrongUsageException("--type is for random weights; give --shape NAME");
        foreach (string name in ShapesOf(arguments))
        {
            if (!s_shapes.Contains(name))
            {
                throw new WrongUsageException(
                    $"there is no shape '{name}'{Spelling.Hint(name, s_shapes)}; there are "
                    + string.Join(", ", s_shapes));
            }
            if (typed && FamilyShapes.All.FirstOrDefault(shape => shape.Name == name) is { } family)
            {
                throw new WrongUsageException(
                    $"--type is for {string.Join(", ", SyntheticModel.All.Select(shape => shape.Name))}; {name} is "
                    + $"measured in {family.Type} as it is published");
            }
        }
    }

    private static string[] ShapesOf(ArgumentValues arguments) =>
        BenchFlags.Words(arguments, Shape);

    // A family's published size has its own type of weights; the three shapes of BERT come in all.
    private static LoadedShape Synthetic(string name, string type, string root)
    {
        if (FamilyShapes.All.FirstOrDefault(shape => shape.Name == name) is { } family)
        {
            _ = family.Write(root, out string folder);
            return new LoadedShape(name, folder, ["--shape", name], true);
        }
        SyntheticModel shape = SyntheticModel.Named(name);
        return type == s_types[0]
            ? new LoadedShape(name, shape.Write(root, type), ["--shape", name], true)
            : new LoadedShape($"{name}-{type}", shape.Write(root, type), ["--shape", name, "--type", type], true);
    }

    private static (int, int)[] ParseGrid(string? text) => text is null ? [] : [.. text.Split(',').Select(cell =>
        cell.Split('x') is [var sequences, var tokens] && Number(sequences) is { } s && Number(tokens) is { } t
            ? (s, t)
            : throw new WrongUsageException($"--grid is '{text}'; batches such as 1x8,32x128 are needed")).Distinct()];

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            && number is > 0 and <= 1 << 20 ? number : null;

    // The program that runs now, if it is the tool: inside another program there is none to start anew.
    private static (string, IReadOnlyList<string>)? Self()
    {
        if (Assembly.GetEntryAssembly() != typeof(BenchModelVerb).Assembly || Environment.ProcessPath is not { } path)
            return null;
        return Path.GetFileNameWithoutExtension(path) == "dotnet"
            ? (path, [Environment.GetCommandLineArgs()[0]])
            : (path, []);
    }
}
