using Sextant.Cli.Arguments;
using Sextant.Measurement.Devices;
using Sextant.Measurement.Peaks;

namespace Sextant.Cli.Verbs.Bench;

/// <summary><c>sextant bench peak</c>: what the hardware reaches, measured.</summary>
internal sealed class BenchPeakVerb : MeasuringVerb
{
    public override string Name => "bench peak";

    public override string Summary => "Measures arithmetic, memory and hand-over of this machine.";

    public override string Details =>
        "Fused multiply-adds of each width and type, reading, writing and copying in working sets of each cache and of "
        + "memory, for 1, 2, … all threads, each pinned to a processor; and how long it takes to hand work to the "
        + "other threads. A copy counts bytes read and bytes written. On a device: arithmetic and memory by its own "
        + "clock, on CUDA also products on tensor cores; starting and waiting, copies to and from it by size.";

    protected override Flag[] OwnFlags => [BenchDevices.Flag, BenchFlags.Threads];

    public override (string Line, string Meaning)[] Examples =>
    [
        ("sextant bench peak", "All ceilings as tables."),
        ("sextant bench peak --device opencl", "An OpenCL device."),
        ("sextant bench peak --threads 1 --format json --output peak.json", "One thread, as a record."),
    ];

    public override MeasuredPart Choose(ArgumentValues arguments)
    {
        int? threads = arguments.Number(BenchFlags.Threads, 1, 1024);
        return (context, device) =>
        {
            if (!device.IsProcessor)
                return new DevicePeakBench(context, device).Run();
            if (threads > context.Machine.Processors)
                context.Say($"{threads} threads share {context.Machine.Processors} processors");
            return new PeakBench(context).Run(
                threads is { } count ? [count] : PeakBench.ThreadCounts(context.Machine.Processors));
        };
    }
}
