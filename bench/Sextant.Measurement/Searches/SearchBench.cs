using System.Globalization;
using Sextant.Measurement.Devices;
using Sextant.Measurement.Machines;
using Sextant.Measurement.Peaks;
using Sextant.Measurement.Records;
using Sextant.Measurement.Sampling;

namespace Sextant.Measurement.Searches;

/// <summary>Which indexes, how large, how long the vectors, how many queries at once.</summary>
internal sealed record SearchChoice
{
    /// <summary>Names of <see cref="SearchKind.All"/>; empty for all.</summary>
    public IReadOnlyList<string> Kinds { get; init; } = [];

    public required IReadOnlyList<int> Counts { get; init; }

    public required IReadOnlyList<int> Dimensions { get; init; }

    /// <summary>Queries of one call, at most <see cref="SearchBench.MaxQueries"/>.</summary>
    public required IReadOnlyList<int> Queries { get; init; }

    public required int Threads { get; init; }
}

/// <summary>
/// Index kind × vectors × dimensions × queries: queries a second beside the recall of the true ten nearest.
/// </summary>
internal sealed class SearchBench(MeasureContext context, SearchChoice choice, BenchDevice on)
{
    /// <summary>Different queries of a set.</summary>
    public const int MaxQueries = 64;

    /// <summary>Kinds that a device searches.</summary>
    public static readonly IReadOnlyList<string> OnDevices =
        ["exact-float32", "exact-float16", "exact-bfloat16", "exact-int8", "binary"];

    /// <summary>Measures what the choice names.</summary>
    /// <exception cref="InvalidChoiceException">The device does not search a kind of index that is named.</exception>
    public List<BenchRow> Run()
    {
        if (!on.IsProcessor && choice.Kinds.Except(OnDevices).FirstOrDefault() is { } other)
        {
            throw new InvalidChoiceException(
                $"'{other}' is searched by the processor only; a device searches {string.Join(", ", OnDevices)}");
        }
        var rows = new List<BenchRow>();
        Roofline roofline = Roofline.Measure(context.Machine, context.IsQuick ? 0.03 : 0.15);
        foreach (int count in choice.Counts)
        {
            foreach (int dimensions in choice.Dimensions)
            {
                context.Say(string.Create(
                    CultureInfo.InvariantCulture, $"{count} vectors of {dimensions}, and their true neighbours"));
                var set = new VectorSet(count, dimensions, MaxQueries);
                Measure(set, roofline, rows);
            }
        }
        return rows;
    }

    private void Measure(VectorSet set, Roofline roofline, List<BenchRow> rows)
    {
        SearchKind[] kinds = [.. SearchKind.All.Where(kind => choice.Kinds.Count == 0
            ? on.IsProcessor || OnDevices.Contains(kind.Name) : choice.Kinds.Contains(kind.Name))];
        if (context.IsQuick && choice.Kinds.Count == 0)
        {
            foreach (SearchKind slow in kinds.Where(kind => kind.IsSlowToMake))
                context.Say(
                    $"{slow.Name} takes long to make and is left out of a quick run; --index {slow.Name} measures it");
            kinds = [.. kinds.Where(kind => !kind.IsSlowToMake)];
        }
        var indexes = new List<SearchedIndex>();
        try
        {
            var subjects = new List<QuerySubject>();
            foreach (SearchKind kind in kinds)
            {
                context.Cancellation.ThrowIfCancellationRequested();
                SearchedIndex index = on.IsProcessor
                    ? kind.Make(set, choice.Threads) : SearchedIndex.OnDevice(set, on.Device, kind.Rows);
                indexes.Add(index);
                foreach (int queries in choice.Queries.Where(queries => queries == 1 || index.TakesMany))
                    subjects.Add(new QuerySubject(kind, index, set, queries));
            }
            using ProcessorPin? pin = choice.Threads == 1 && on.IsProcessor ? context.Pin() : null;
            Samples[] samples = context.Sampler.Measure(subjects);
            for (int i = 0; i < subjects.Count; i++)
                rows.Add(Row(set, subjects[i], samples[i], roofline));
        }
        finally
        {
            indexes.ForEach(index => index.Dispose());
        }
    }

    private BenchRow Row(VectorSet set, QuerySubject subject, Samples samples, Roofline roofline)
    {
        string kind = subject.Kind.Name, count = Text(set.Count), dimensions = Text(set.Dimensions);
        string queries = Text(subject.Queries), threads = Text(choice.Threads), device = on.Name;
        double bits = subject.Kind.Bits(set.Dimensions), bytes = set.Count * bits / 8;
        List<KeyValuePair<string, double>> metrics =
        [
            new("queries_per_second", subject.Queries / samples.Median),
            new("recall", subject.Recall()),
        ];
        if (subject.Kind.ReadsAll)
            metrics.Add(new("gbs", bytes * subject.Queries / samples.Median / 1e9));
        // Several queries share one reading, and several threads share the memory: neither has this ceiling.
        if (subject.Queries == 1 && choice.Threads == 1 && subject.Kind.ReadsAll && on.IsProcessor)
            metrics.Add(new("roofline", roofline.MinSeconds(0, bytes, (long)bytes, 1) / samples.Median));
        metrics.Add(new("index_bytes", bytes));
        metrics.Add(new("bytes_allocated", samples.BytesAllocated));
        var notes = new List<string>();
        if (subject.Kind.IsGrouped)
        {
            notes.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{set.Groups} documents of {VectorSet.Group} vectors; recall is of exact MaxSim"));
        }
        if (bytes < context.Machine.LastCacheBytes && subject.Kind.ReadsAll && on.IsProcessor)
            notes.Add("what is scanned fits into the last cache");
        if (!samples.IsStable)
            notes.Add("the warm-up ended before the time was stable");
        if (NoiseWatch.SpreadNote(samples.Rounds) is { } noisy)
            notes.Add(noisy);
        return new BenchRow
        {
            Id = $"search/{(on.IsProcessor ? "" : device + "/")}{kind}/{count}x{dimensions}/{queries}/{threads}",
            Part = "search",
            Labels =
            [
                new("index", kind), new("vectors", count), new("dimensions", dimensions),
                new("bits", Text((int)Math.Round(bits / set.Dimensions))), new("queries", queries),
                new("threads", threads),
                new("device", device),
            ],
            Unit = "s",
            Samples = samples.Rounds,
            FirstRound = samples.FirstRound,
            Metrics = metrics,
            Repeat = $"sextant bench search --index {kind} --vectors {count} --dimensions {dimensions} "
                + $"--queries {queries} --threads {threads}"
                + (on.IsProcessor ? "" : $" --device {device}") + context.RepeatFlags,
            Notes = notes,
        };
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private sealed class QuerySubject(SearchKind kind, SearchedIndex index, VectorSet set, int queries) : Subject
    {
        private readonly int[] _ids = new int[queries * VectorSet.Hits];
        private int _next;

        public SearchKind Kind => kind;

        public int Queries => queries;

        public override void Run()
        {
            _next = _next + 2 * queries > set.Queries ? 0 : _next + queries;
            index.Search(set, _next, queries, _ids);
        }

        public double Recall()
        {
            HashSet<int>[] truth = kind.IsGrouped ? set.GroupTruth : set.Truth;
            int found = 0;
            for (int first = 0; first < set.Queries; first += queries)
            {
                int count = Math.Min(queries, set.Queries - first);
                Array.Fill(_ids, -1);
                index.Search(set, first, count, _ids);
                for (int i = 0; i < count * VectorSet.Hits; i++)
                    found += truth[first + i / VectorSet.Hits].Contains(_ids[i]) ? 1 : 0;
            }
            return (double)found / (set.Queries * VectorSet.Hits);
        }
    }
}
