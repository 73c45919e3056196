using System.Globalization;
using Sextant.Backends;
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
        entry.Named.Name, new KernelWork(entry.Case.Flops, entry.Case.Bytes, entry.Case.WorkingSet), samples, roofline,
        arithmetic, entry.Case.Verify(whole: false), context.RepeatFlags);

    private BenchRow Compare(Entry entry, KernelMode mode)
    {
        context.Cancellation.ThrowIfCancellationRequested();
        return KernelRows.Compared(entry.Named.Name, mode, entry.Case.Verify(whole: true), context.RepeatFlags);
    }

    private List<Entry> Entries(KernelChoice choice)
    {
        var entries = new List<Entry>();
        foreach (NamedCase named in KernelCases.Of(choice, context.IsQuick))
            entries.Add(new Entry(named, named.Create(context.Cold)));
        return entries;
    }

    private sealed record Entry(NamedCase Named, KernelCase Case);
}
