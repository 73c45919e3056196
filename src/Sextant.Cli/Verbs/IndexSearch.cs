using System.Globalization;
using Sextant.Cli.Arguments;
using Sextant.Cli.Outputs;
using Sextant.Gpu;
using Sextant.Indexes;
using Sextant.Search;

namespace Sextant.Cli.Verbs;

/// <summary>Searches an index on disk: one query, one scan.</summary>
internal static class IndexSearch
{
    public static readonly Flag Index = new("--index", "IDX",
        "Search an index that 'sextant index' made, instead of files.");
    public static readonly Flag Filter = new(
        "--filter", "CONDITION",
        "Only files for which it holds: NAME=VALUE (or !=, <, <=, >, >=), 'NAME in (VALUE, VALUE)', 'NAME contains "
        + "VALUE', 'NAME exists', 'NAME missing', or these in parentheses with and, or, not; may be given "
            + "again.",
        Repeats: true);
    public static readonly Flag QueryPrompt = new(
        "--query-prompt", "TEXT", "Put this before the query, to the letter. Default: as the index says.")
    {
        MayBeEmpty = true,
    };
    public static readonly Flag MinScore = new(
        "--min-score", "S", "Leave out passages whose vectors are less similar to the query's.");
    public static readonly Flag Oversampling = new(
        "--oversample", "N", "Passages that a scan of binary codes finds for each that is printed. Default: 4.");

    public static readonly Flag QueryBits = new(
        "--query-bits", "B",
        "Compare binary codes with the query's values in 4 or 8 bits, or with its signs: 1. More bits find more. "
            + "Default: 4.");

    public static readonly Flag Probe = new(
        "--probe", "N",
        "Read the N inverted lists that are nearest to the query of an index made with --lists; may miss some. "
            + "Default: all codes.");
    public static readonly Flag Diverse = new(
        "--diversity", "D",
        "Choose passages that are near the query and unlike each other (MMR), from 0 (nearness alone) to 1 (unlikeness "
            + "alone), out of ten times as many. Default: 0.");

    // Of each ranking so many take part.
    private const int FusedDepth = 1000;

    // Hits that are looked at for each passage that is printed, where many are the same text.
    private const int MaxDepth = 128;

    // Candidates for each passage that is chosen for being unlike the others.
    private const int DiverseDepth = 10;

    /// <summary>The flags that go with --index alone.</summary>
    public static Flag[] Flags => [Filter, QueryPrompt, Oversampling, QueryBits, Probe];

    public static List<FoundPassage> Run(string query, int most, ArgumentValues arguments, Terminal terminal)
    {
        string path = arguments.Text(Index)!;
        float least = arguments.Fraction(MinScore, float.MinValue, float.MaxValue) ?? float.NegativeInfinity;
        float diversity = arguments.Fraction(Diverse, 0, 1) ?? 0;
        Ranking ranking = RankingFlags.Of(arguments);
        RankingFlags.RequireVectors(ranking, arguments, MinScore, Diverse, Oversampling, QueryBits, Probe, QueryPrompt);
        int probes = arguments.Number(Probe, 1, IndexDefinition.MaxLists) ?? 0;
        if (probes > 0 && arguments.Device is GpuDevice)
            throw new WrongUsageException("--probe is for the CPU; a device compares all codes");
        int? queryBits = arguments.Choice(QueryBits, "1", "4", "8") is { } bits
            ? int.Parse(bits, CultureInfo.InvariantCulture) : null;
        using IndexReader reader = IndexReader.Open(path);
        if (reader.Unfinished is { } paths)
        {
            terminal.Error.WriteLine(
                $"sextant search: warning: {path} is not finished: what makes it still runs or was ended; "
                + $"'sextant index --output {path} --update {paths.Replace('\n', ' ')}' goes on");
        }
        IdSet? allowed = null;
        try
        {
            if (arguments.Has(Filter))
                allowed = reader.Where(IndexFilter.Parse(arguments.All(Filter)));
        }
        catch (ArgumentException problem)
        {
            throw new WrongUsageException($"--filter: {problem.Message.TrimEnd('.')}");
        }
        if (!reader.Definition.KeepsTerms && ranking != Ranking.Dense)
        {
            arguments.Warn("this index keeps no words, so vectors alone rank; made anew, it keeps them");
            ranking = ranking == Ranking.Hybrid ? Ranking.Dense : throw new UnsupportedRequestException(
                $"{path} keeps no words for --ranking bm25; an index made anew does.");
        }
        List<string> terms = ranking == Ranking.Dense ? []
            : PassageSearch.AnalyzerOf(path, reader.Definition).Terms(query);
        if (ranking == Ranking.Bm25)
        {
            return Distinct(reader, most, 2 * most, wanted =>
            {
                var ranked = new Hit[wanted];
                int count = reader.SearchTerms(terms, ranked, allowed);
                return [.. ranked.Take(count).Select(hit => new HybridHit(hit.Id, hit.Score, float.NaN, hit.Score))];
            });
        }
        float[] vector = new float[reader.Dimensions];
        float weight;
        using (EmbeddingModel model = ModelFlags.LoadOf(path, reader.Definition, arguments))
        {
            weight = HybridWeight.Of(model);
            string prompt = arguments.Text(QueryPrompt) ?? reader.Definition.Property("query prompt") ?? "";
            TextReport report = model.Embed(query, vector, Prompt.Text(prompt));
            UnknownCount.WarnOfQuery(terminal, report);
            if (report.Truncated > 0)
            {
                terminal.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"sextant search: warning: the query lost its end: {report.Truncated} tokens beyond the model's "
                        + $"{model.MaxTokens}"));
            }
        }
        using DeviceIndex? onDevice = OnDevice(reader, allowed, arguments, terminal);
        var options = new SearchOptions
        {
            Allowed = allowed,
            MinScore = least,
            Probes = probes,
            QueryBits = queryBits,
            Oversampling = arguments.Number(Oversampling, 1, 10_000) ?? SearchOptions.DefaultOversampling,
        };
        var hybrid = ranking == Ranking.Hybrid ? new HybridSearch(reader, weight) : null;
        return Distinct(reader, most, (diversity > 0 ? DiverseDepth : 2) * most, wanted =>
        {
            int depth = hybrid is null ? wanted : Math.Max(wanted, FusedDepth);
            var nearest = new Hit[Math.Min(depth, Math.Max(1, reader.Count))];
            SearchOptions scan = hybrid is null ? options : options with { MinScore = float.NegativeInfinity };
            nearest = nearest[..(onDevice is null
                ? reader.Search(vector, nearest, scan)
                : onDevice.Search(vector, nearest, scan with { Allowed = null }))]; // only what is allowed was copied
            HybridHit[] hits = [.. nearest.Select(hit => new HybridHit(hit.Id, hit.Score, hit.Score, float.NaN))];
            if (hybrid is not null)
            {
                hits = new HybridHit[wanted];
                hits = hits[..hybrid.Search(vector, terms, nearest, hits, options)];
            }
            return hits;
        }, diversity);
    }

    // The best passages whose texts differ; the locations of equal texts go with the first of them. Where many hits are
    // the same text, more are asked for.
    private static List<FoundPassage> Distinct(
        IndexReader reader, int most, int wanted, Func<int, HybridHit[]> search, float diversity = 0)
    {
        while (true)
        {
            HybridHit[] hits = search(wanted);
            bool isAll = hits.Length < wanted || wanted >= MaxDepth * most || diversity > 0;
            if (diversity > 0)
                hits = Unlike(reader, hits, diversity, 2 * most);
            var passages = new DistinctPassages(most) { IsUnfinished = reader.Unfinished is not null };
            foreach (HybridHit hit in hits)
            {
                string file = Shown(IndexedFile.PathOf(reader.Key(hit.Id)));
                passages.Add(StoredPassage.Read(file, reader.Payload(hit.Id)), hit);
            }
            if (passages.IsFull || isAll)
                return passages.Found;
            wanted *= 4;
        }
    }

    // The device scans what it can; where it is required and cannot, that is an error.
    private static DeviceIndex? OnDevice(
        IndexReader reader, IdSet? allowed, ArgumentValues arguments, Terminal terminal)
    {
        if (arguments.Device is not GpuDevice)
            return null;
        try
        {
            return new DeviceIndex(arguments.Device, reader, allowed);
        }
        catch (Exception problem) when (problem is UnsupportedRequestException
                or DeviceException { Kind: DeviceErrorKind.OutOfMemory }
            && DeviceFlags.IsPreferred(arguments))
        {
            terminal.Error.WriteLine($"sextant search: warning: the CPU scans: {problem.Message}");
            return null;
        }
    }

    private static HybridHit[] Unlike(IndexReader reader, HybridHit[] hits, float diversity, int most)
    {
        var byId = hits.ToDictionary(hit => hit.Id);
        float[] row = new float[reader.KeptDimensions];
        Hit[] chosen = DiverseHits.Choose(
            [.. hits.Select(hit => new Hit(hit.Id, hit.Score))],
            hit => byId[hit.Id].Similarity,
            id =>
            {
                reader.Vector(id, row);
                return row;
            },
            diversity, most);
        return [.. chosen.Select(hit => byId[hit.Id])];
    }

    // Relative where the file lies below the current folder.
    private static string Shown(string path)
    {
        string folder = Directory.GetCurrentDirectory().TrimEnd(Path.DirectorySeparatorChar)
            + Path.DirectorySeparatorChar;
        return path.StartsWith(folder, StringComparison.Ordinal) ? path[folder.Length..] : path;
    }
}
