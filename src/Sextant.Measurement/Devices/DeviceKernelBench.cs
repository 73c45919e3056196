using System.Globalization;
using System.Runtime.InteropServices;
using Sextant.Backends;
using Sextant.Gpu;
using Sextant.Kernels;
using Sextant.Measurement.Cases;
using Sextant.Measurement.Peaks;
using Sextant.Measurement.Records;
using Sextant.Measurement.Sampling;

namespace Sextant.Measurement.Devices;

/// <summary>
/// Every op of a backend on a CUDA or OpenCL device: time by the device's own clock and by the wall's, share of the
/// device's roofline, error, and bits against the scalar reference.
/// </summary>
/// <param name="context">The run.</param>
/// <param name="on">The device.</param>
internal sealed class DeviceKernelBench(MeasureContext context, BenchDevice on)
{
    // Some tens of milliseconds of the scalar reference.
    private const double ReferenceFlops = 3e7;

    /// <summary>Measures what the choice names; instruction sets are the processor's and have no place here.</summary>
    /// <exception cref="InvalidChoiceException">The choice names what there is not.</exception>
    public List<BenchRow> Run(KernelChoice choice)
    {
        List<Entry> entries = Entries(choice);
        if (choice.Mode != KernelMode.Performance)
            return entries.ConvertAll(entry => Compare(entry, choice.Mode));
        context.Say("the device's ceilings");
        using var ceilings = new DeviceCeilings(on.Device);
        Roofline roofline = ceilings.Measure();
        var arithmetic = new double[context.Plan.Rounds];
        var subjects = new List<PlacedCase>();
        try
        {
            // Each case twice: a queue that times its kernels is not the one that a model runs on.
            foreach (Entry entry in entries)
            {
                subjects.Add(
                    new PlacedCase(entry.Case, new GpuBackend(ceilings.Driver.Hold(), timed: true), timed: true));
                subjects.Add(new PlacedCase(entry.Case, new GpuBackend(ceilings.Driver.Hold())));
            }
            context.Say(
                string.Create(CultureInfo.InvariantCulture, $"{entries.Count} ops in {context.Plan.Rounds} rounds"));
            Samples[] samples = context.Sampler.Measure(
                subjects, round =>
                arithmetic[round] = ceilings.Fma("f32") * 1e9);
            var rows = new List<BenchRow>();
            for (int i = 0; i < entries.Count; i++)
                rows.Add(Row(entries[i], subjects[2 * i], samples[2 * i], samples[2 * i + 1], roofline, arithmetic));
            return rows;
        }
        finally
        {
            subjects.ForEach(subject => subject.Dispose());
        }
    }

    private BenchRow Row(
        Entry entry, PlacedCase placed, Samples byDevice, Samples byWall, Roofline roofline, double[] arithmetic) =>
        KernelRows.Timed(
            Name(entry), new KernelWork(entry.Case.Flops, entry.Case.Bytes, (long)entry.Case.Bytes), byDevice, roofline,
            arithmetic, Accurate(entry, placed.Result(), whole: false), context.RepeatFlags, byWall);

    private BenchRow Compare(Entry entry, KernelMode mode)
    {
        context.Cancellation.ThrowIfCancellationRequested();
        using var placed = new PlacedCase(entry.Case, on.Device.CreateBackend(Precision.Exact, null));
        return KernelRows.Compared(
            Name(entry), mode, Accurate(entry, placed.Result(), whole: true), context.RepeatFlags);
    }

    private KernelName Name(Entry entry)
    {
        string op = entry.Op.Op, shape = string.Join(',', entry.Shape);
        return new KernelName(
            $"kernels/{on.Name}/{op}/{entry.Variant}/{shape}",
            [new("op", op), new("variant", entry.Variant), new("shape", shape), new("device", on.Name)],
            $"sextant bench kernels --device {on.Name} --op {op} --variant {entry.Variant} --shape {shape}");
    }

    // Against the scalar reference on the processor: all of it, or as many rows as it does quickly.
    private static Accuracy Accurate(Entry entry, float[] actual, bool whole)
    {
        BackendCase reference = entry.Case;
        if (!whole && reference.Flops > ReferenceFlops)
        {
            int[] shape = [.. entry.Shape];
            shape[0] = (int)Math.Max(1, shape[0] * ReferenceFlops / reference.Flops);
            reference = entry.Op.Create(shape, entry.Variant);
        }
        using var placed = new PlacedCase(
            reference, new CpuDevice(new KernelSet(Isa.Reference), null).CreateBackend(Precision.Exact, null));
        float[] expected = placed.Result();
        return Accuracy.Of(
            MemoryMarshal.Cast<float, int>(actual), MemoryMarshal.Cast<float, int>(expected), integer: false,
            Math.Max(1, expected.Length / 4096), entry.Case.Exact);
    }

    private List<Entry> Entries(KernelChoice choice)
    {
        var named = new ChosenCases(
            choice, [.. BackendOpCatalog.Ops.Select(op => new NamedOp(op.Op, op.ShapeForm, op.Variants, op.Shapes))]);
        var entries = new List<Entry>();
        foreach ((string op, string variant, int[] shape) in named.All(context.IsQuick))
        {
            BackendOp made = BackendOpCatalog.Ops.First(one => one.Op == op);
            entries.Add(new Entry(made, shape, variant, made.Create(shape, variant)));
        }
        return entries;
    }

    private sealed record Entry(BackendOp Op, int[] Shape, string Variant, BackendCase Case);
}
