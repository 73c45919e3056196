using Sextant.Backends;
using Sextant.Cli.Arguments;
using Sextant.Measurement;
using Sextant.Measurement.Devices;
using Sextant.Measurement.Peaks;
using Sextant.Measurement.Records;

namespace Sextant.Cli.Verbs.Bench;

/// <summary><c>sextant bench peak</c>: what the hardware reaches, measured.</summary>
internal sealed class BenchPeakVerb : Verb
{
    public override string Name => "bench peak";

    public override string Summary => "Measures arithmetic, memory and hand-over of this machine.";

    public override string Usage => "[flags]";

    public override string Details =>
        "Fused multiply-adds of each width and type, reading, writing and copying in working sets of each cache and of "
        + "memory, for 1, 2, … all threads, each pinned to a processor; and how long it takes to hand work to the other "
        + "threads. A copy counts bytes read and bytes written. On a device: arithmetic and memory by its own clock, starting "
        + "and waiting, copies to and from it by size.";

    public override Flag[] Flags => [DeviceFlags.Device, BenchFlags.Threads, BenchFlags.Quick, BenchFlags.Rounds,
        BenchFlags.Format, BenchFlags.Output];

    public override (string Line, string Meaning)[] Examples =>
    [
        ("sextant bench peak", "All ceilings as tables."),
        ("sextant bench peak --device opencl", "An OpenCL device."),
        ("sextant bench peak --threads 1 --format json --output peak.json", "One thread, as a record."),
    ];

    public override int Run(ArgumentValues arguments, Terminal terminal)
    {
        BenchFlags.RequireNoTexts(arguments, Name);
        _ = BenchFlags.FormatOf(arguments);
        using Device? device = DeviceFlags.Open(arguments, "sextant bench peak", terminal);
        using MeasureContext context = BenchFlags.Context(arguments, terminal, "sextant bench peak");
        bool isProcessor = device is null or CpuDevice;
        List<BenchRow> rows = isProcessor
            ? Rows(arguments, context)
            : new DevicePeakBench(context, device!, arguments.Text(DeviceFlags.Device)!).Run();
        BenchFlags.Write(
            arguments, terminal, "sextant bench peak",
            context.Finish(
                BenchFlags.Command(Name, arguments), isProcessor ? BenchFlags.CpuName(context) : device!.Name, rows));
        return Tool.Ok;
    }

    /// <summary>The rows, also for a run of all parts.</summary>
    public static List<BenchRow> Rows(ArgumentValues arguments, MeasureContext context) => new PeakBench(context).Run(
        arguments.Number(BenchFlags.Threads, 1, 1024) is { } threads
            ? [threads] : PeakBench.ThreadCounts(Environment.ProcessorCount));
}
