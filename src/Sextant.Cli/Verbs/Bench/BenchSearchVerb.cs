using System.Globalization;
using Sextant.Cli.Arguments;
using Sextant.Measurement.Searches;

namespace Sextant.Cli.Verbs.Bench;

/// <summary><c>sextant bench search</c>: queries a second beside recall, for every kind of index.</summary>
internal sealed class BenchSearchVerb : MeasuringVerb
{
    private static readonly Flag Index = new(
        "--index", "A,B",
        $"Kinds of index: {string.Join(", ", SearchKind.All.Select(kind => kind.Name))}. Default: all.");
    private static readonly Flag Vectors = new(
        "--vectors", "N,…", "How many vectors. Default: 200000; with --quick 20000.");
    private static readonly Flag Dimensions = new(
        "--dimensions", "D,…",
        "Their lengths, which are the bits of binary codes. Default: 384,1024; with --quick 384.");
    private static readonly Flag Queries = new("--queries", "Q,…", "Queries of one call, at most 64. Default: 1,64.");

    public override string Name => "bench search";

    public override string Summary => "Measures every kind of index: queries a second, recall.";

    public override string Details =>
        "Clustered random unit vectors, as embeddings lie; the ten nearest by exact dot product are the truth that "
        + "recall is counted against. Several queries in one call are measured where an index takes them together. "
        + "Codes and lists are learnt from 4096 of the vectors. 'ivf' reads one list in sixteen, 'ivf-wide' one in "
        + "four; 'maxsim' and 'muvera' find documents of sixteen vectors by queries of four. With --device, binary "
        + "codes on a CUDA or OpenCL device.";

    protected override Flag[] OwnFlags =>
        [Index, Vectors, Dimensions, Queries, BenchDevices.Flag, BenchFlags.Threads];

    public override (string Line, string Meaning)[] Examples =>
    [
        ("sextant bench search --quick", "All kinds at 20,000 vectors of 384 dimensions."),
        ("sextant bench search --index binary,rescored-x4 --vectors 1000000 --dimensions 1024",
            "A million codes of 1024 bits."),
    ];

    public override MeasuredPart Choose(ArgumentValues arguments)
    {
        string[] kinds = BenchFlags.Words(arguments, Index), known = [.. SearchKind.All.Select(kind => kind.Name)];
        foreach (string kind in kinds.Except(known))
        {
            throw new WrongUsageException(
                $"there is no index '{kind}'{Spelling.Hint(kind, known)}; there are {string.Join(", ", known)}");
        }
        bool quick = arguments.Has(BenchFlags.Quick);
        var choice = new SearchChoice
        {
            Kinds = kinds,
            Counts = Numbers(arguments, Vectors, 100, 100_000_000) ?? [quick ? 20_000 : 200_000],
            Dimensions = Numbers(arguments, Dimensions, 1, 65_536) ?? (quick ? [384] : [384, 1024]),
            Queries = Numbers(arguments, Queries, 1, SearchBench.MaxQueries) ?? [1, 64],
            Threads = arguments.Number(BenchFlags.Threads, 1, 1024) ?? Environment.ProcessorCount,
        };
        return (context, device) => new SearchBench(context, choice, device).Run();
    }

    private static int[]? Numbers(ArgumentValues arguments, Flag flag, int least, int most) =>
        arguments.Text(flag) is not { } text ? null : [.. text.Split(',').Select(part =>
            int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least
                && number <= most
                ? number
                : throw new WrongUsageException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{flag.Name} is '{text}'; whole numbers from {least} to {most} are needed"))).Distinct()];
}
