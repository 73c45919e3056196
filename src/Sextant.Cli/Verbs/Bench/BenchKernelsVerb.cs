using System.Globalization;
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
internal sealed class BenchKernelsVerb : MeasuringVerb
{
    private static readonly Flag Ops = new(
        "--op", "A,B", "Ops, as 'sextant info' names them, or norm for both kinds. Default: all.");
    private static readonly Flag Sets = new(
        "--isa", "A,B",
        "Instruction sets: avx512, avx2, vector128, reference. Default: all but reference; with --quick the best.");
    private static readonly Flag Variants = new(
        "--variant", "A,B", "Variants, such as f32, bf16, gelu or causal. Default: all; with --quick each op's first.");
    private static readonly Flag Shape = new(
        "--shape", "N,N,…",
        "A shape in place of the usual ones; may be given again, as for devices whose shapes have other numbers.",
        Repeats: true);
    private static readonly Flag Shapes = new(
        "--shapes", "FILE",
        "Shapes from a file: a line each, 'OP N,N,…'; lines that begin with # are comments. --op chooses among its "
            + "lines.");
    private static readonly Flag Mode = new(
        "--mode", "M",
        "performance, correctness (error over all of the output) or bitwise (all bits). Default: performance.");

    public override string Name => "bench kernels";

    public override string Summary => "Measures every kernel: time, share of the roofline, error, bits.";

    public override string Details =>
        "One pinned thread, random data. The share of the roofline is of the least time that this machine, measured in "
        + "the same run, needs for the arithmetic and for the memory traffic of the shape, whichever is longer. Error "
        + "is against double. Fails, with exit code 1, when a kernel leaves its output, is far from double, or has "
        + "other bits than the reference. With --device, the ops of a CUDA or OpenCL device: times by its own clock, "
        + "beside the wall's, and the share of what 'bench peak --device' measures. With --precision fast, on CUDA: "
        + "error against double of the numbers before they are narrowed, and in place of the reference's bits the bits "
        + "of a second run and of a batch of another size.";

    protected override Flag[] OwnFlags =>
        [BenchDevices.Flag, BenchFlags.Precisions, Ops, Sets, Variants, Shape, Shapes, Mode];

    public override (string Line, string Meaning)[] Examples =>
    [
        ("sextant bench kernels --quick", "The best kernel of each op at few shapes."),
        ("sextant bench kernels --op gemm --shape 128,1536,384 --variant f32,bf16",
            "One matrix product on every instruction set."),
        ("sextant bench kernels --device cuda --precision exact,fast",
            "The ops of a CUDA device in both precisions, beside each other."),
        ("sextant bench kernels --device cuda --op hamming --shape 10000000,1024,1",
            "One query over ten million codes in a device's memory."),
        ("sextant bench kernels --mode bitwise --format csv", "Whether all kernels give the reference's bits."),
    ];

    public override MeasuredPart Choose(ArgumentValues arguments)
    {
        KernelChoice choice = Choice(arguments);
        return (context, device) => device.IsProcessor
            ? new KernelBench(context).Run(choice)
            : choice.Sets.Count == 0
            ? OnDevice(context, device, choice)
            : throw new WrongUsageException("--isa chooses among the processor's kernels; a device has its own");
    }

    // A device's ops, and the scan of codes, which is no op of a backend.
    private static List<BenchRow> OnDevice(MeasureContext context, BenchDevice device, KernelChoice choice)
    {
        string[] ops = [.. choice.Ops.Where(op => op != DeviceScanBench.Op)];
        string[] variants = [.. choice.Variants.Where(variant => variant != DeviceScanBench.Variant)];
        var rows = new List<BenchRow>();
        if ((ops.Length > 0 || choice.Ops.Count == 0) && (variants.Length > 0 || choice.Variants.Count == 0))
        {
            rows.AddRange(
                new DeviceKernelBench(context, device).Run(choice with { Ops = ops, Variants = variants }));
        }
        if (DeviceScanBench.IsIn(choice))
            rows.AddRange(new DeviceScanBench(context, device).Run(choice));
        return rows;
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
            Precisions = BenchFlags.PrecisionsOf(arguments),
            Ops = [.. BenchFlags.Words(arguments, Ops).SelectMany(Named).Distinct()],
            Sets = [.. BenchFlags.Words(arguments, Sets).Select(ParseSet)],
            Variants = BenchFlags.Words(arguments, Variants),
            Shapes = shapes,
            Elsewhere = arguments.All(BenchDevices.Flag).Count > 1
                ? [.. OpCatalog.Named, .. BackendOpCatalog.Named] : [],
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

    // A word for several ops.
    private static string[] Named(string op) => op == "norm" ? ["layernorm", "rmsnorm"] : [op];

    private static List<(string? Op, int[] Shape)> ReadShapes(string file)
    {
        InputFile.RequireFile(file);
        string[] ops = [.. OpCatalog.Ops.Select(op => op.Op).Union(BackendOpCatalog.Ops.Select(op => op.Op))];
        var shapes = new List<(string?, int[])>();
        int number = 0;
        foreach (string line in File.ReadLines(file))
        {
            number++;
            string[] words = line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0 || words[0][0] == '#')
                continue;
            string position = string.Create(CultureInfo.InvariantCulture, $"{file}, line {number}");
            if (words.Length != 2)
                throw new WrongUsageException($"{position}: a line is 'OP N,N,…', not '{Shown(line)}'");
            foreach (string op in Named(words[0]))
            {
                if (!ops.Contains(op))
                {
                    throw new WrongUsageException(
                        $"{position}: there is no op '{op}'{Spelling.Hint(op, ops)}; there are "
                            + $"{string.Join(", ", ops)}");
                }
                shapes.Add((op, Numbers(words[1], position)));
            }
        }
        return shapes.Count > 0 ? shapes : throw new WrongUsageException($"{file}: has no line 'OP N,N,…'");
    }

    private static int[] Numbers(string text, string position) => Array.ConvertAll(text.Split(','), part =>
        int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            && number is > 0 and <= 1 << 24
            ? number
            : throw new WrongUsageException(
                $"{position}: '{text}' is no shape; whole numbers from 1 on with commas between are needed"));

    // A file that is no text is not poured over the terminal.
    private static string Shown(string line)
    {
        string text = string.Concat(line.Trim().Take(40).Select(c => char.IsControl(c) ? '\uFFFD' : c));
        return text.Length < line.Trim().Length ? text + "…" : text;
    }
}
