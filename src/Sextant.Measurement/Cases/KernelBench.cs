using System.Globalization;
using Sextant.Kernels;
using Sextant.Measurement.Machines;
using Sextant.Measurement.Peaks;
using Sextant.Measurement.Records;
using Sextant.Measurement.Sampling;
using Sextant.Measurement.Statistics;

namespace Sextant.Measurement.Cases;

/// <summary>Every op × kernel × shape on one pinned thread: time, share of the roofline, error and bits.</summary>
internal sealed class KernelBench(MeasureContext context)
{
    /// <summary>Measures what the choice names.</summary>
    /// <exception cref="ArgumentException">
    /// The choice names nothing that there is; the message says what there is.
    /// </exception>
    public List<BenchRow> Run(KernelChoice choice)
    {
        List<Entry> entries = Entries(choice);
        try
        {
            using ProcessorPin pin = ProcessorPin.ToLast();
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
        Roofline roofline = Roofline.Measure(context.Machine, context.IsQuick ? 0.03 : 0.15);
        context.Say(
            string.Create(CultureInfo.InvariantCulture, $"{entries.Count} kernels in {context.Plan.Rounds} rounds"));
        var arithmetic = new double[context.Plan.Rounds];
        Samples[] samples = context.Sampler.Measure(
            entries.ConvertAll(entry => (Subject)entry.Case), round => arithmetic[round] = context.Calibrate());
        var rows = new List<BenchRow>();
        for (int i = 0; i < entries.Count; i++)
            rows.Add(Row(entries[i], samples[i], roofline, arithmetic));
        return rows;
    }

    private BenchRow Row(Entry entry, Samples samples, Roofline roofline, double[] arithmetic)
    {
        KernelCase one = entry.Case;
        Accuracy accuracy = one.Verify(whole: false);
        // Each round against the clock of that round.
        double[] shares = [.. samples.Rounds.Select((seconds, round) =>
            roofline.LeastSeconds(one.Flops, one.Bytes, one.WorkingSet, arithmetic[round]) / seconds)];
        double median = samples.Median;
        List<KeyValuePair<string, double>> metrics =
        [
            new("gflops", one.Flops / median / 1e9),
            new("gbs", one.Bytes / median / 1e9),
            new("roofline", Quantile.Median(shares)),
            new("intensity", one.Flops / one.Bytes),
            new("roofline_gflops", one.Flops / 1e9
                / roofline.LeastSeconds(one.Flops, one.Bytes, one.WorkingSet, Quantile.Median(arithmetic))),
            new("bandwidth_gbs", roofline.Bandwidth(one.WorkingSet) / 1e9),
            new("arithmetic_gflops", Quantile.Median(arithmetic) / 1e9),
            .. Errors(accuracy),
            new("bytes_allocated", samples.BytesAllocated),
        ];
        return Row(entry, "s", samples.Rounds, metrics, accuracy, Notes(samples, accuracy));
    }

    // Correctness and bits only: what is 'measured' is how much was compared, which every round would repeat.
    private BenchRow Compare(Entry entry, KernelMode mode)
    {
        context.Cancellation.ThrowIfCancellationRequested();
        Accuracy accuracy = entry.Case.Verify(whole: true);
        string flags = mode == KernelMode.Bitwise ? " --mode bitwise" : " --mode correctness";
        return Row(entry, "values", [accuracy.Compared], Errors(accuracy), accuracy, Notes(null, accuracy), flags);
    }

    private BenchRow Row(
        Entry entry, string unit, double[] samples, List<KeyValuePair<string, double>> metrics, Accuracy accuracy,
        List<string> notes, string flags = "")
    {
        string shape = string.Join(',', entry.Shape);
        return new BenchRow
        {
            Id = $"kernels/{entry.Op.Op}/{entry.Kernel}/{entry.Variant}/{shape}",
            Part = "kernels",
            Labels =
            [
                new("op", entry.Op.Op), new("kernel", entry.Kernel), new("variant", entry.Variant),
                new("shape", shape), new("isa", InstructionSets.Name(entry.Isa)), new("device", "cpu"),
                new("threads", "1"),
            ],
            Unit = unit,
            Samples = samples,
            Metrics = metrics,
            BitEqual = accuracy.BitEqual,
            Repeat = $"sextant bench kernels --op {entry.Op.Op} --isa {InstructionSets.Name(entry.Isa)} "
                + $"--variant {entry.Variant} --shape {shape}{flags}{context.RepeatFlags}",
            Notes = notes,
        };
    }

    /// <summary>What a row says of the error.</summary>
    public static List<KeyValuePair<string, double>> Errors(Accuracy accuracy) =>
    [
        new("max_abs", accuracy.MaxAbs),
        new("max_ulp", accuracy.MaxUlp),
        new("nmse", accuracy.Nmse),
        new("compared", accuracy.Compared),
    ];

    /// <summary>What is wrong, or noisy.</summary>
    public static List<string> Notes(Samples? samples, Accuracy accuracy)
    {
        var notes = new List<string>();
        if (accuracy.Poisoned > 0)
            notes.Add(string.Create(
                CultureInfo.InvariantCulture, $"WRONG: {accuracy.Poisoned} values were not written or are not finite"));
        else if (!accuracy.IsSound)
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"WRONG: far from double: NMSE {accuracy.Nmse:G3}"));
        if (samples is null)
            return notes;
        if (!samples.IsStable)
            notes.Add("the warm-up ended before the time was stable");
        if (NoiseWatch.SpreadNote(samples.Rounds) is { } note)
            notes.Add(note);
        return notes;
    }

    private List<Entry> Entries(KernelChoice choice)
    {
        var chosen = new ChosenCases(
            choice, [.. OpCatalog.Ops.Select(op => new NamedOp(op.Op, op.ShapeForm, op.Variants, op.Shapes))]);
        var entries = new List<Entry>();
        foreach ((string name, string variant, int[] shape) in chosen.All(context.IsQuick))
        {
            OpCases op = OpCatalog.Ops.First(one => one.Op == name);
            foreach ((Isa isa, string kernel) in op.Kernels.Where(kernel => Wanted(kernel.Isa, choice)))
                entries.Add(new Entry(op, isa, kernel, shape, variant, op.Create(isa, shape, variant, context.Cold)));
        }
        return entries.Count > 0 ? entries : throw new ArgumentException(chosen.NothingLeft);
    }

    private bool Wanted(Isa isa, KernelChoice choice)
    {
        if (choice.Sets.Count > 0)
            return choice.Sets.Contains(isa);
        // The scalar reference is the specification, not a kernel that anybody runs for its speed.
        return InstructionSets.IsSupported(isa)
            && (choice.Mode != KernelMode.Performance || (isa != Isa.Reference && (!context.IsQuick || isa == InstructionSets.Supported[0])));
    }

    private sealed record Entry(OpCases Op, Isa Isa, string Kernel, int[] Shape, string Variant, KernelCase Case);
}
