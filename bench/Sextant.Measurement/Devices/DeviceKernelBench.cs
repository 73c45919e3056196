using System.Globalization;
using System.Runtime.InteropServices;
using Sextant.Backends;
using Sextant.Gpu;
using Sextant.Kernels;
using Sextant.Measurement.Cases;
using Sextant.Measurement.Devices.Timing;
using Sextant.Measurement.Peaks;
using Sextant.Measurement.Records;
using Sextant.Measurement.Sampling;

namespace Sextant.Measurement.Devices;

/// <summary>
/// Every op of a backend on a CUDA or OpenCL device: time by the device's own clock and by the wall's, share of the
/// device's roofline, error, and bits: in exact mode against the scalar reference, in fast mode as
/// <see cref="FastCheck"/> says.
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
        if (choice.Precisions.Contains(Precision.Fast) && !on.Device.Supports(Precision.Fast))
        {
            throw new InvalidChoiceException(
                $"{on.Device.Name} has no fast mode: its products are for tensor cores, which CUDA devices of compute "
                + "capability 8.0 and newer have and OpenCL has no words for");
        }
        List<Entry> entries = [.. choice.Precisions.Distinct().SelectMany(precision => Entries(choice, precision))];
        return choice.Mode == KernelMode.Performance
            ? Time(entries)
            : entries.ConvertAll(entry => Compare(entry, choice.Mode));
    }

    private List<BenchRow> Time(List<Entry> entries)
    {
        context.Say("the device's ceilings");
        using var ceilings = on.Ceilings();
        GpuDriver driver = DeviceCeilings.DriverOf(on.Device);
        Roofline? roofline = ceilings.MeasureRoofline(context);
        var arithmetic = new double[context.Plan.Rounds];
        var tensor = new double[context.Plan.Rounds];
        var subjects = new List<PlacedCase>();
        try
        {
            // Each case twice: a queue that times its kernels is not the one that a model runs on.
            foreach (Entry entry in entries)
            {
                subjects.Add(new PlacedCase(entry.Case, Backend(entry, new TimedDriver(driver))));
                subjects.Add(new PlacedCase(entry.Case, Backend(entry, driver.Hold())));
            }
            context.Say(
                string.Create(CultureInfo.InvariantCulture, $"{entries.Count} ops in {context.Plan.Rounds} rounds"));
            bool onTensorCores = entries.Exists(UsesTensorCores) && ceilings.TensorKinds.Count > 0;
            Samples[] samples = context.Sampler.Measure(subjects, round =>
            {
                arithmetic[round] = ceilings.Fma("f32") * 1e9;
                tensor[round] = onTensorCores
                    ? ceilings.TensorKinds.Max(kind => ceilings.Tensor(kind, isF16: false)) * 1e9 : arithmetic[round];
            });
            var rows = new List<BenchRow>();
            for (int i = 0; i < entries.Count; i++)
            {
                rows.Add(Row(
                    entries[i], subjects[2 * i], samples[2 * i], samples[2 * i + 1], roofline,
                    UsesTensorCores(entries[i]) ? tensor : arithmetic));
            }
            return rows;
        }
        finally
        {
            subjects.ForEach(subject => subject.Dispose());
        }
    }

    private BenchRow Row(
        Entry entry, PlacedCase placed, Samples byDevice, Samples byWall, Roofline? roofline, double[] arithmetic)
    {
        double bytes = entry.Precision == Precision.Fast ? entry.Case.NarrowBytes : entry.Case.Bytes;
        var work = new KernelWork(entry.Case.Flops, bytes, (long)bytes);
        if (entry.Precision == Precision.Exact)
        {
            return KernelRows.Timed(
                Name(entry), work, byDevice, roofline, arithmetic, Accurate(entry, placed.Result(), whole: false),
                context.RepeatFlags, byWall);
        }
        FastCheck check = Check(entry, placed);
        BenchRow row = check.On(KernelRows.Timed(
            Name(entry), work, byDevice, roofline, arithmetic, check.Accuracy, context.RepeatFlags, byWall));
        return entry.Case.IsOfTensorCores && DeviceCeilings.DriverOf(on.Device).FastNote is { } products
            ? row with { Notes = [.. row.Notes, products] } : row;
    }

    private BenchRow Compare(Entry entry, KernelMode mode)
    {
        context.Cancellation.ThrowIfCancellationRequested();
        using var placed = new PlacedCase(entry.Case, on.Device.CreateBackend(entry.Precision, null));
        if (entry.Precision == Precision.Exact)
        {
            return KernelRows.Compared(
                Name(entry), mode, Accurate(entry, placed.Result(), whole: true), context.RepeatFlags);
        }
        FastCheck check = Check(entry, placed);
        return check.On(KernelRows.Compared(Name(entry), mode, check.Accuracy, context.RepeatFlags));
    }

    private FastCheck Check(Entry entry, PlacedCase placed) => FastCheck.Of(
        placed, entry.Case, entry.Op.Create(FastCheck.OtherShape(entry.Shape), entry.Variant),
        on.Device.CreateBackend(Precision.Fast, null));

    // The driver's: what times its kernels is not for models. Its ceilings have loaded the kernels of fast mode.
    private static Backend Backend(Entry entry, GpuDriver driver) =>
        entry.Precision == Precision.Fast ? new GpuFastBackend(driver) : new GpuBackend(driver);

    private static bool UsesTensorCores(Entry entry) =>
        entry.Precision == Precision.Fast && entry.Case.IsOfTensorCores;

    // Exact rows have the names that they had before there were others.
    private KernelName Name(Entry entry)
    {
        string op = entry.Op.Op, shape = string.Join(',', entry.Shape);
        (string position, string flag) = entry.Precision == Precision.Fast ? ("/fast", " --precision fast") : ("", "");
        return new KernelName(
            $"kernels/{on.Name}{position}/{op}/{entry.Variant}/{shape}",
            [
                new("op", op), new("variant", entry.Variant), new("shape", shape), new("device", on.Name),
                new("precision", entry.Precision == Precision.Fast ? "fast" : "exact"),
            ],
            $"sextant bench kernels --device {on.Name}{flag} --op {op} --variant {entry.Variant} --shape {shape}");
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

    private List<Entry> Entries(KernelChoice choice, Precision precision)
    {
        ChosenCases named = DeviceCeilings.DriverOf(on.Device).IsProcessor
            ? new ChosenCases(choice, BackendOpCatalog.Named)
            : new ChosenCases(choice, BackendOpCatalog.Named, ChosenCases.MaxStepsOfGpus);
        var entries = new List<Entry>();
        foreach ((string op, string variant, int[] shape) in named.All(context.IsQuick))
        {
            BackendOp made = BackendOpCatalog.Ops.First(one => one.Op == op);
            entries.Add(new Entry(precision, made, shape, variant, made.Create(shape, variant)));
        }
        return entries;
    }

    private sealed record Entry(
        Precision Precision, BackendOp Op, int[] Shape, string Variant, BackendCase Case);
}
