using Sextant.Backends;
using Sextant.Cli.Arguments;
using Sextant.Measurement;
using Sextant.Measurement.Cases;
using Sextant.Measurement.Records;

namespace Sextant.Cli.Verbs.Bench;

/// <summary><c>sextant bench</c>: all parts, one after the other, in one record.</summary>
internal sealed class BenchVerb : Verb
{
    public override string Name => "bench";

    public override string Summary => "Measures this machine: peaks, kernels, a model, search.";

    public override string Usage => "[peak | kernels | model | search | compare] [flags]";

    public override string Details =>
        "Without a part: all of them. Each part has flags of its own: 'sextant bench kernels --help'.";

    public override Flag[] Flags =>
        [BenchFlags.Threads, BenchFlags.Quick, BenchFlags.Rounds, BenchFlags.Format, BenchFlags.Output];

    public override (string Line, string Meaning)[] Examples =>
    [
        ("sextant bench --quick", "All parts, reduced, in about a minute."),
        ("sextant bench --quick --format html --output bench.html", "The same as a page with plots."),
        ("sextant bench --format json --output bench.json", "The whole record, for compare."),
    ];

    public override int Run(ArgumentValues arguments, Terminal terminal)
    {
        if (arguments.Texts.Count > 0)
        {
            throw new WrongUsageException(
                $"there is no part '{arguments.Texts[0]}'{Spelling.Hint(arguments.Texts[0], ["peak", "kernels", "model", "search", "compare"])}; "
                + "there are peak, kernels, model, search, compare");
        }
        _ = BenchFlags.FormatOf(arguments);
        using MeasureContext context = BenchFlags.Context(arguments, terminal, "sextant bench");
        List<BenchRow> rows =
        [
            .. BenchPeakVerb.Rows(arguments, context), .. BenchKernelsVerb.Rows(new KernelChoice(), context),
            .. BenchModelVerb.Rows(arguments, context, Device.Cpu), .. BenchSearchVerb.Rows(arguments, context),
        ];
        BenchRecord record = context.Finish(BenchFlags.Command(Name, arguments), BenchFlags.CpuName(context), rows);
        BenchFlags.Write(arguments, terminal, "sextant bench", record);
        return BenchFlags.ExitCode(record, terminal, "sextant bench");
    }
}
