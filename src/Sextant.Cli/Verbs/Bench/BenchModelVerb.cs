using System.Globalization;
using System.Reflection;
using Sextant.Backends;
using Sextant.Cli.Arguments;
using Sextant.Cli.Inputs;
using Sextant.Measurement;
using Sextant.Measurement.Models;
using Sextant.Measurement.Records;

namespace Sextant.Cli.Verbs.Bench;

/// <summary><c>sextant bench model</c>: whole models, as a grid and in MLPerf's scenarios.</summary>
internal sealed class BenchModelVerb : Verb
{
    private static readonly string[] s_shapes =
        [.. SyntheticModel.All.Select(shape => shape.Name), .. FamilyShapes.All.Select(shape => shape.Name)];

    private static readonly string[] s_scenarios =
        ["Grid", "SingleStream", "MultiStream", "Server", "Offline", "Ops", "Tokenizer", "ColdStart"];

    public static readonly Flag Shape = new(
        "--shape", "A,B", "Shapes with random weights: " + string.Join(", ", s_shapes) + ". Default: minilm.");
    public static readonly Flag Type = new(
        "--type", "T", "How a shape's weights are stored: f32, f16 or bf16. Default: f32.");
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
        + "SingleStream: one text after the other. MultiStream: eight at a time. Server: texts that arrive at random moments. "
        + "Offline: many texts of mixed lengths. Ops: where the time goes. Tokenizer: texts to ids, apart. ColdStart: a new "
        + "process until its first vector. Rows of the streams carry the vector's parity with exact mode.";

    public override Flag[] Flags =>
    [
        ModelFlags.Model, Shape, Type, .. DeviceFlags.All, BenchFlags.Threads, Grid, Scenario, Bound, BenchFlags.Quick,
        BenchFlags.Rounds, BenchFlags.Format, BenchFlags.Output,
    ];

    public override (string Line, string Meaning)[] Examples =>
    [
        ("sextant bench model --quick", "MiniLM's shape, all scenarios, few sizes."),
        ("sextant bench model --shape bge-base --threads 1 --scenario Grid", "A grid on one thread."),
        ("sextant bench model --model ./my-model --format html --output model.html", "A model of your own, as a page."),
    ];

    public override int Run(ArgumentValues arguments, Terminal terminal)
    {
        BenchFlags.RequireNoTexts(arguments, Name);
        _ = BenchFlags.FormatOf(arguments);
        using Device? opened = DeviceFlags.Open(arguments, "sextant bench model", terminal);
        using MeasureContext context = BenchFlags.Context(arguments, terminal, "sextant bench model");
        List<BenchRow> rows = Rows(arguments, context, opened ?? Device.Cpu);
        string device = opened is null or CpuDevice ? BenchFlags.CpuName(context) : opened.Name;
        BenchRecord record = context.Finish(BenchFlags.Command(Name, arguments), device, rows);
        BenchFlags.Write(arguments, terminal, "sextant bench model", record);
        return BenchFlags.ExitCode(record, terminal, "sextant bench model");
    }

    /// <summary>The rows, also for a run of all parts.</summary>
    public static List<BenchRow> Rows(ArgumentValues arguments, MeasureContext context, Device device)
    {
        bool isProcessor = device is CpuDevice;
        string[] scenarios = arguments.Text(Scenario)?.Split(',') ?? [];
        foreach (string scenario in scenarios)
        {
            if (!s_scenarios.Contains(scenario))
                throw new WrongUsageException($"there is no scenario '{scenario}'{Spelling.Hint(scenario, s_scenarios)}; there are {string.Join(", ", s_scenarios)}");
        }
        int all = Environment.ProcessorCount;
        int[] threads = arguments.Number(BenchFlags.Threads, 1, 1024) is { } count ? [count]
            : !isProcessor || all == 1 || context.IsQuick ? [all] : [1, all];
        return new ModelBench(context, new ModelChoice
        {
            Models = Models(arguments),
            Device = device,
            DeviceName = isProcessor ? "cpu" : arguments.Text(DeviceFlags.Device)!,
            Precisions = [.. (arguments.Text(DeviceFlags.Precision) ?? "exact").Split(',').Select(ParsePrecision)],
            Threads = threads,
            Grid = ParseGrid(arguments.Text(Grid)),
            Scenarios = scenarios,
            LatencyBoundSeconds = (arguments.Number(Bound, 1, 1_000_000) ?? 100) / 1e3,
            Self = Self(),
        }).Run();
    }

    /// <summary>The models that the flags name; shapes are written when they are needed first.</summary>
    public static List<LoadedShape> Models(ArgumentValues arguments)
    {
        if (arguments.Text(ModelFlags.Model) is { } folder)
        {
            if (arguments.Has(Shape))
                throw new WrongUsageException("--model and --shape exclude each other");
            if (!Directory.Exists(folder))
                throw new InputException($"{folder}: there is no such folder.");
            return [new LoadedShape(
                Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)), folder, $"--model {folder}", false)];
        }
        string type = arguments.Choice(Type, "f32", "f16", "bf16") ?? "f32";
        string root = Path.Combine(Path.GetTempPath(), "sextant-bench");
        return [.. (arguments.Text(Shape) ?? "minilm").Split(',').Select(name => Synthetic(name, type, root))];
    }

    // A family's published size has its own type of weights; the three shapes of BERT come in all.
    private static LoadedShape Synthetic(string name, string type, string root)
    {
        if (FamilyShapes.All.FirstOrDefault(shape => shape.Name == name) is { } family)
        {
            _ = family.Write(root, out string folder);
            return new LoadedShape(name, folder, $"--shape {name}", true);
        }
        SyntheticModel shape = SyntheticModel.All.FirstOrDefault(shape => shape.Name == name)
            ?? throw new WrongUsageException(
                $"there is no shape '{name}'{Spelling.Hint(name, s_shapes)}; there are {string.Join(", ", s_shapes)}");
        return type == "f32"
            ? new LoadedShape(name, shape.Write(root, type), $"--shape {name}", true)
            : new LoadedShape($"{name}-{type}", shape.Write(root, type), $"--shape {name} --type {type}", true);
    }

    private static Precision ParsePrecision(string name) => name switch
    {
        "exact" => Precision.Exact,
        "fast" => Precision.Fast,
        _ => throw new WrongUsageException($"--precision is '{name}'; accepted: exact, fast, or both with a comma"),
    };

    private static (int, int)[] ParseGrid(string? text) => text is null ? [] : Array.ConvertAll(text.Split(','), cell =>
        cell.Split('x') is [var sequences, var tokens] && Number(sequences) is { } s && Number(tokens) is { } t
            ? (s, t)
            : throw new WrongUsageException($"--grid is '{text}'; batches such as 1x8,32x128 are needed"));

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
