using System.Globalization;
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

    /// <summary>Queries of one call, at most <see cref="SearchBench.MostQueries"/>.</summary>
    public required IReadOnlyList<int> Queries { get; init; }

    public required int Threads { get; init; }
}

/// <summary>Index kind × vectors × dimensions × queries: queries a second beside the recall of the true ten nearest.</summary>
internal sealed class SearchBench(MeasureContext context, SearchChoice choice)
{
    /// <summary>Different queries of a set.</summary>
    public const int MostQueries = 64;

    public List<BenchRow> Run()
    {
        var rows = new List<BenchRow>();
        Roofline roofline = Roofline.Measure(context.Machine, context.IsQuick ? 0.03 : 0.15);
        foreach (int count in choice.Counts)
        {
            foreach (int dimensions in choice.Dimensions)
            {
                context.Say(string.Create(CultureInfo.InvariantCulture, $"{count} vectors of {dimensions}, and their true neighbours"));
                var set = new VectorSet(count, dimensions, MostQueries);
                Measure(set, roofline, rows);
            }
        }
        return rows;
    }

    private void Measure(VectorSet set, Roofline roofline, List<BenchRow> rows)
    {
        SearchKind[] kinds = [.. SearchKind.All.Where(kind => choice.Kinds.Count == 0 || choice.Kinds.Contains(kind.Name))];
        var indexes = new List<SearchedIndex>();
        try
        {
            var subjects = new List<QuerySubject>();
            foreach (SearchKind kind in kinds)
            {
                SearchedIndex index = kind.Make(set, choice.Threads);
                indexes.Add(index);
                foreach (int queries in choice.Queries.Where(queries => queries == 1 || index.TakesMany))
                    subjects.Add(new QuerySubject(kind, index, set, queries));
            }
            using ProcessorPin pin = choice.Threads == 1 ? ProcessorPin.ToLast() : ProcessorPin.To(-1);
            Samples[] samples = context.Sampler.Measure(subjects, _ => context.Calibrate());
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
        string kind = subject.Kind.Name, count = Text(set.Count), dimensions = Text(set.Dimensions), queries = Text(subject.Queries);
        string threads = Text(choice.Threads);
        double bytes = (double)set.Count * set.Dimensions * subject.Kind.Bits / 8;
        List<KeyValuePair<string, double>> metrics =
        [
            new("queries_per_second", subject.Queries / samples.Median),
            new("recall", subject.Recall()),
            new("gbs", bytes * subject.Queries / samples.Median / 1e9),
        ];
        // Several queries share one reading, and several threads share the memory: neither has this ceiling.
        if (subject.Queries == 1 && choice.Threads == 1)
            metrics.Add(new("roofline", roofline.LeastSeconds(0, bytes, (long)bytes, 1) / samples.Median));
        metrics.Add(new("index_bytes", bytes));
        metrics.Add(new("bytes_allocated", samples.BytesAllocated));
        var notes = new List<string>();
        if (bytes < context.Machine.LastCacheBytes)
            notes.Add("what is scanned fits into the last cache");
        if (!samples.IsStable)
            notes.Add("the warm-up ended before the time was stable");
        if (NoiseWatch.SpreadNote(samples.Rounds) is { } noisy)
            notes.Add(noisy);
        return new BenchRow
        {
            Id = $"search/{kind}/{count}x{dimensions}/{queries}/{threads}",
            Part = "search",
            Labels =
            [
                new("index", kind), new("vectors", count), new("dimensions", dimensions), new("bits", Text(subject.Kind.Bits)),
                new("queries", queries), new("threads", threads), new("device", "cpu"),
            ],
            Unit = "s",
            Samples = samples.Rounds,
            Metrics = metrics,
            Repeat = $"sextant bench search --index {kind} --vectors {count} --dimensions {dimensions} --queries {queries} "
                + $"--threads {threads}{context.RepeatFlags}",
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
            int found = 0;
            for (int first = 0; first < set.Queries; first += queries)
            {
                int count = Math.Min(queries, set.Queries - first);
                Array.Fill(_ids, -1);
                index.Search(set, first, count, _ids);
                for (int i = 0; i < count * VectorSet.Hits; i++)
                    found += set.Truth[first + i / VectorSet.Hits].Contains(_ids[i]) ? 1 : 0;
            }
            return (double)found / (set.Queries * VectorSet.Hits);
        }
    }
}
