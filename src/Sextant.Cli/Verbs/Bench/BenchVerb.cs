using Sextant.Cli.Arguments;
using Sextant.Measurement.Records;

namespace Sextant.Cli.Verbs.Bench;

/// <summary><c>sextant bench</c>: all parts, one after the other, in one record.</summary>
internal sealed class BenchVerb : MeasuringVerb
{
    private static readonly string[] s_words = ["peak", "kernels", "model", "search", "compare", "report"];

    // In this order in the record: what the machine reaches, then what is made of it.
    private static readonly MeasuringVerb[] s_parts =
        [new BenchPeakVerb(), new BenchKernelsVerb(), new BenchModelVerb(), new BenchSearchVerb()];

    public override string Name => "bench";

    public override string Summary => "Measures this machine: peaks, kernels, a model, search.";

    public override string Usage => $"[{string.Join(" | ", s_words)}] [flags]";

    public override string Details =>
        "Without a part: the first four, on the processor. Each part has flags of its own: 'sextant bench kernels "
        + "--help'.";

    protected override Flag[] OwnFlags => [BenchFlags.Threads];

    public override (string Line, string Meaning)[] Examples =>
    [
        ("sextant bench --quick", "All parts, reduced, in about a minute."),
        ("sextant bench --quick --format html --output bench.html", "The same as a page with plots."),
        ("sextant bench --format json --output bench.json", "The whole record, for compare."),
    ];

    public override MeasuredPart Choose(ArgumentValues arguments)
    {
        MeasuredPart[] parts = Array.ConvertAll(s_parts, part => part.Choose(arguments));
        return (context, device) =>
        {
            var rows = new List<BenchRow>();
            foreach (MeasuredPart part in parts)
                rows.AddRange(part(context, device));
            return rows;
        };
    }

    protected override WrongUsageException Refused(string text) => new(
        $"there is no part '{text}'{Spelling.Hint(text, s_words)}; there are {string.Join(", ", s_words)}");
}
