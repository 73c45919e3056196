using System.Globalization;
using Sextant.Backends;
using Sextant.Cli.Arguments;
using Sextant.Cli.Inputs;
using Sextant.Kernels;
using Sextant.Measurement;
using Sextant.Measurement.Cases;
using Sextant.Measurement.Devices;
using Sextant.Measurement.Records;

namespace Sextant.Cli.Verbs.Bench;

/// <summary>
/// <c>sextant bench kernels</c>: every kernel at shapes, with time, share of the roofline, error and bits.
/// </summary>
internal sealed class BenchKernelsVerb : Verb
{
    private static readonly Flag Ops = new("--op", "A,B", "Ops, as 'sextant info' names them. Default: all.");
    private static readonly Flag Sets = new(
        "--isa", "A,B",
        "Instruction sets: avx512, avx2, vector128, reference. Default: all but reference; with --quick the best.");
    private static readonly Flag Variants = new(
        "--variant", "A,B", "Variants, such as f32, bf16, gelu or causal. Default: all; with --quick each op's first.");
    private static readonly Flag Shape = new(
        "--shape", "N,N,…", "A shape in place of the usual ones; may be given again.", Repeats: true);
    private static readonly Flag Shapes = new(
        "--shapes", "FILE", "Shapes from a file: a line each, 'OP N,N,…'; lines that begin with # are comments.");
    private static readonly Flag Mode = new(
        "--mode", "M",
        "performance, correctness (error over all of the output) or bitwise (all bits). Default: performance.");

    public override string Name => "bench kernels";

    public override string Summary => "Measures every kernel: time, share of the roofline, error, bits.";

    public override string Usage => "[flags]";

    public override string Details =>
        "One pinned thread, random data. The share of the roofline is of the least time that this machine, measured in the "
        + "same run, needs for the arithmetic and for the memory traffic of the shape, whichever is longer. Error is against "
        + "double. Fails, with exit code 1, when a kernel leaves its output, is far from double, or has other bits than the "
        + "reference. With --device, the ops of a CUDA or OpenCL device instead: times by its own clock, beside the wall's, "
        + "and the share of what 'bench peak --device' measures.";

    public override Flag[] Flags =>
        [DeviceFlags.Device, Ops, Sets, Variants, Shape, Shapes, Mode, BenchFlags.Quick, BenchFlags.Rounds,
            BenchFlags.Format, BenchFlags.Output];

    public override (string Line, string Meaning)[] Examples =>
    [
        ("sextant bench kernels --quick", "The best kernel of each op at few shapes."),
        ("sextant bench kernels --op gemm --shape 128,1536,384 --variant f32,bf16",
            "One matrix product on every instruction set."),
        ("sextant bench kernels --mode bitwise --format csv", "Whether all kernels give the reference's bits."),
    ];

    public override int Run(ArgumentValues arguments, Terminal terminal)
    {
        BenchFlags.RequireNoTexts(arguments, Name);
        _ = BenchFlags.FormatOf(arguments);
        KernelChoice choice = Choice(arguments);
        using Device? opened = DeviceFlags.Open(arguments, "sextant bench kernels", terminal);
        bool isProcessor = opened is null or CpuDevice;
        if (!isProcessor && arguments.Has(Sets))
            throw new WrongUsageException("--isa chooses among the processor's kernels; a device has its own");
        using MeasureContext context = BenchFlags.Context(arguments, terminal, "sextant bench kernels");
        List<BenchRow> rows = isProcessor
            ? Rows(choice, context)
            : Chosen(() => new DeviceKernelBench(context, opened!, arguments.Text(DeviceFlags.Device)!).Run(choice));
        BenchRecord record = context.Finish(
            BenchFlags.Command(Name, arguments), isProcessor ? BenchFlags.CpuName(context) : opened!.Name, rows);
        BenchFlags.Write(arguments, terminal, "sextant bench kernels", record);
        return BenchFlags.ExitCode(record, terminal, "sextant bench kernels");
    }

    /// <summary>The rows of a choice, also for a run of all parts.</summary>
    public static List<BenchRow> Rows(KernelChoice choice, MeasureContext context) =>
        Chosen(() => new KernelBench(context).Run(choice));

    private static List<BenchRow> Chosen(Func<List<BenchRow>> run)
    {
        try
        {
            return run();
        }
        catch (ArgumentException problem)
        {
            throw new WrongUsageException(problem.Message);
        }
    }

    private static KernelChoice Choice(ArgumentValues arguments)
    {
        var shapes = arguments.All(Shape).ConvertAll(text => ((string?)null, Numbers(text, "--shape")));
        if (arguments.Text(Shapes) is { } file)
            shapes.AddRange(ReadShapes(file));
        return new KernelChoice
        {
            Mode = arguments.Choice(Mode, "performance", "correctness", "bitwise") switch
            {
                "correctness" => KernelMode.Correctness,
                "bitwise" => KernelMode.Bitwise,
                _ => KernelMode.Performance,
            },
            Ops = List(arguments, Ops),
            Sets = [.. List(arguments, Sets).Select(ParseSet)],
            Variants = List(arguments, Variants),
            Shapes = shapes,
        };
    }

    private static Isa ParseSet(string name)
    {
        try
        {
            return InstructionSets.Parse(name);
        }
        catch (PlatformNotSupportedException problem)
        {
            throw new WrongUsageException(
                problem.Message.Replace($"{InstructionSets.Variable}=", "--isa ", StringComparison.Ordinal));
        }
    }

    private static string[] List(ArgumentValues arguments, Flag flag) =>
        arguments.Text(flag)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    private static List<(string? Op, int[] Shape)> ReadShapes(string file)
    {
        if (!File.Exists(file))
            throw new InputException($"{file}: there is no such file.");
        var shapes = new List<(string?, int[])>();
        int number = 0;
        foreach (string line in File.ReadLines(file))
        {
            number++;
            string[] words = line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0 || words[0][0] == '#')
                continue;
            string place = string.Create(CultureInfo.InvariantCulture, $"{file}, line {number}");
            if (words.Length != 2)
                throw new WrongUsageException($"{place}: a line is 'OP N,N,…', not '{line.Trim()}'");
            if (!OpCatalog.Ops.Any(op => op.Op == words[0]))
                throw new WrongUsageException($"{place}: there is no op '{words[0]}'{Spelling.Hint(words[0], OpCatalog.Ops.Select(op => op.Op))}");
            shapes.Add((words[0], Numbers(words[1], place)));
        }
        return shapes;
    }

    private static int[] Numbers(string text, string place) => Array.ConvertAll(text.Split(','), part =>
        int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            && number is > 0 and <= 1 << 24
            ? number
            : throw new WrongUsageException(
                $"{place}: '{text}' is no shape; whole numbers from 1 on with commas between are needed"));
}
