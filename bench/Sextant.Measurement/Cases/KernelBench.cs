using System.Globalization;
using Sextant.Backends;
using Sextant.Kernels;
using Sextant.Measurement.Peaks;
using Sextant.Measurement.Records;
using Sextant.Measurement.Sampling;

namespace Sextant.Measurement.Cases;

/// <summary>Every op × kernel × shape on one pinned thread: time, share of the roofline, error and bits.</summary>
internal sealed class KernelBench(MeasureContext context)
{
    /// <summary>Measures what the choice names.</summary>
    /// <exception cref="InvalidChoiceException">The choice names what there is not.</exception>
    public List<BenchRow> Run(KernelChoice choice)
    {
        if (choice.Precisions.Any(precision => precision != Precision.Exact))
        {
            throw new InvalidChoiceException(
                "the processor's kernels say what they compute in by their names (--op gemm, --op gemm-int8); "
                + "--precision fast is for CUDA devices of compute capability 8.0 and newer");
        }
        List<Entry> entries = Entries(choice);
        try
        {
            using ProcessorPin pin = context.Pin();
            return choice.Mode == KernelMode.Performance
                ? Time(entries)
                : entries.ConvertAll(entry => Compare(entry, choice.Mode));
        }
        finally
        {
            foreach (Entry entry in entries)
                entry.Case.Dispose();
        }
    }

    private List<BenchRow> Time(List<Entry> entries)
    {
        context.Say("the machine's ceilings");
        double seconds = context.IsQuick ? 0.03 : 0.15;
        Roofline roofline = Roofline.Measure(context.Machine, seconds);
        // The rounds measure f32's clock; another unit's ceiling moves with it.
        Dictionary<string, double> units = entries.Select(entry => entry.Case.Unit).Distinct()
            .ToDictionary(unit => unit, unit => FmaPeak.OverF32(unit, seconds));
        context.Say(
            string.Create(CultureInfo.InvariantCulture, $"{entries.Count} kernels in {context.Plan.Rounds} rounds"));
        Samples[] samples = context.Sampler.Measure(entries.ConvertAll(entry => (Subject)entry.Case));
        double[] arithmetic = context.Calibrator.Arithmetic(samples[0].FirstRound);
        var rows = new List<BenchRow>();
        for (int i = 0; i < entries.Count; i++)
        {
            double unit = units[entries[i].Case.Unit];
            rows.Add(Row(entries[i], samples[i], roofline, Array.ConvertAll(arithmetic, flops => flops * unit)));
        }
        return rows;
    }

    private BenchRow Row(Entry entry, Samples samples, Roofline roofline, double[] arithmetic) => KernelRows.Timed(
        Name(entry), new KernelWork(entry.Case.Flops, entry.Case.Bytes, entry.Case.WorkingSet), samples, roofline,
        arithmetic, entry.Case.Verify(whole: false), context.RepeatFlags);

    private BenchRow Compare(Entry entry, KernelMode mode)
    {
        context.Cancellation.ThrowIfCancellationRequested();
        return KernelRows.Compared(Name(entry), mode, entry.Case.Verify(whole: true), context.RepeatFlags);
    }

    private static KernelName Name(Entry entry)
    {
        string op = entry.Op.Op, isa = InstructionSets.Name(entry.Isa), shape = string.Join(',', entry.Shape);
        return new KernelName(
            $"kernels/{op}/{entry.Kernel}/{entry.Variant}/{shape}",
            [
                new("op", op), new("kernel", entry.Kernel), new("variant", entry.Variant), new("shape", shape),
                new("isa", isa), new("device", "cpu"), new("threads", "1"),
            ],
            $"sextant bench kernels --op {op} --isa {isa} --variant {entry.Variant} --shape {shape}");
    }

    private List<Entry> Entries(KernelChoice choice)
    {
        var chosen = new ChosenCases(
            choice, [.. OpCatalog.Ops.Select(op => new NamedOp(op.Op, op.ShapeForm, op.Variants, op.Shapes))]);
        var entries = new List<Entry>();
        foreach ((string name, string variant, int[] shape) in chosen.All(context.IsQuick))
        {
            OpCases op = OpCatalog.Ops.First(one => one.Op == name);
            foreach ((Isa isa, string kernel) in op.Kernels.Where(kernel => Wanted(op, kernel.Isa, choice)))
                entries.Add(new Entry(op, isa, kernel, shape, variant, Create(op, isa, shape, variant)));
        }
        return entries.Count > 0 ? entries : throw new InvalidChoiceException(chosen.NothingLeft);
    }

    private KernelCase Create(OpCases op, Isa isa, int[] shape, string variant)
    {
        try
        {
            return op.Create(isa, shape, variant, context.Cold);
        }
        catch (Exception problem) when (problem is OutOfMemoryException or OverflowException)
        {
            throw new InvalidChoiceException(
                $"{op.Op} {string.Join(',', shape)} needs more memory than there is; {op.ShapeForm} is its shape");
        }
    }

    private bool Wanted(OpCases op, Isa isa, KernelChoice choice)
    {
        if (choice.Sets.Count > 0)
            return choice.Sets.Contains(isa);
        // The scalar reference is the specification, not a kernel that anybody runs for its speed.
        if (!InstructionSets.IsSupported(isa))
            return false;
        Isa best = op.Kernels.First(kernel => InstructionSets.IsSupported(kernel.Isa)).Isa;
        return choice.Mode != KernelMode.Performance || (isa != Isa.Reference && (!context.IsQuick || isa == best));
    }

    private sealed record Entry(OpCases Op, Isa Isa, string Kernel, int[] Shape, string Variant, KernelCase Case);
}
