using System.Globalization;
using Sextant.Cli.Arguments;
using Sextant.Cli.Outputs;
using Sextant.Gpu;
using Sextant.Indexes;
using Sextant.Passages;
using Sextant.Search;

namespace Sextant.Cli.Verbs;

/// <summary>Searches an index on disk: one query, one scan.</summary>
internal static class IndexSearch
{
    public static readonly Flag Index = new("--index", "IDX",
        "Search an index that 'sextant index' made, instead of files.");
    public static readonly Flag Filter = new(
        "--filter", "CONDITION",
        "Only files for which it holds: NAME=VALUE (or !=, <, <=, >, >=) or 'NAME in (VALUE, VALUE)'; may be given "
            + "again.",
        Repeats: true);
    public static readonly Flag QueryPrompt = new(
        "--query-prompt", "TEXT", "Put this before the query, to the letter. Default: as the index says.")
    {
        MayBeEmpty = true,
    };
    public static readonly Flag MinScore = new("--min-score", "S", "Leave out passages with smaller scores.");
    public static readonly Flag Oversampling = new(
        "--oversample", "N", "Passages that a scan of binary codes finds for each that is printed. Default: 4.");

    public static readonly Flag Probe = new(
        "--probe", "N",
        "Read the N lists that are nearest to the query of an index made with --lists; may miss some. Default: all "
            + "codes.");
    public static readonly Flag Diverse = new(
        "--diversity", "D",
        "Choose passages that are near the query and unlike each other (MMR), from 0 (nearness alone) to 1 (unlikeness "
            + "alone), out of ten times as many. Default: 0.");

    public static readonly Flag Fuse = new(
        "--fuse", "RANKING",
        "bm25: fuse with BM25's ranking of the same passages, by reciprocal ranks.");

    // Of each ranking so many take part: what is behind adds less than a sixtieth of a first place.
    private const int FusedDepth = 1000;

    // Hits that are looked at for each passage that is printed, where many are the same text.
    private const int MaxDepth = 128;

    // Candidates for each passage that is chosen for being unlike the others.
    private const int DiverseDepth = 10;

    /// <summary>The flags that go with --index alone.</summary>
    public static Flag[] Flags => [Filter, QueryPrompt, MinScore, Oversampling, Probe, Diverse, Fuse];

    public static List<FoundPassage> Run(string query, int most, ArgumentValues arguments, Terminal terminal)
    {
        string path = arguments.Text(Index)!;
        float least = arguments.Fraction(MinScore, float.MinValue, float.MaxValue) ?? float.NegativeInfinity;
        float diversity = arguments.Fraction(Diverse, 0, 1) ?? 0;
        bool fuses = arguments.Choice(Fuse, "bm25") is not null;
        if (fuses && (arguments.Has(MinScore) || diversity > 0))
        {
            throw new WrongUsageException(
                $"{(diversity > 0 ? Diverse : MinScore).Name} is for scores of vectors; "
                + "fused ones are sums of reciprocal ranks");
        }
        int probes = arguments.Number(Probe, 1, IndexDefinition.MaxLists) ?? 0;
        if (probes > 0 && arguments.Device is GpuDevice)
            throw new WrongUsageException("--probe is for the CPU; a device compares all codes");
        using IndexReader reader = IndexReader.Open(path);
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
        float[] vector = new float[reader.Dimensions];
        using (EmbeddingModel model = IndexModel.Load(path, reader.Definition, arguments))
        {
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
        int wanted = fuses ? Math.Max(most, FusedDepth) : diversity > 0 ? most * DiverseDepth : 2 * most;
        using DeviceIndex? onDevice = OnDevice(reader, allowed, arguments, terminal);
        var options = new SearchOptions
        {
            Allowed = onDevice is null ? allowed : null, // only what is allowed was copied to the device
            MinScore = least,
            Probes = probes,
            Oversampling = arguments.Number(Oversampling, 1, 10_000) ?? RescoredIndex.DefaultOversampling,
        };
        while (true)
        {
            var hits = new Hit[Math.Min(wanted, Math.Max(1, reader.Count))];
            int found = onDevice is null ? reader.Search(vector, hits, options)
                : onDevice.Search(vector, hits, options);
            bool isAll = found < hits.Length || hits.Length == reader.Count || fuses || diversity > 0
                || wanted >= MaxDepth * most;
            if (diversity > 0)
                (hits, found) = Unlike(reader, hits.AsSpan(0, found), diversity, 2 * most);
            if (fuses)
                (hits, found) = Fused(reader, query, allowed, hits.AsSpan(0, found), 2 * most, terminal);
            List<FoundPassage> passages = Distinct(reader, hits.AsSpan(0, found), most, out bool isFull);
            if (isFull || isAll)
                return passages;
            wanted *= 4; // many hits are the same text: some more are needed
        }
    }

    // The best passages whose texts differ; the places of equal texts go with the first of them.
    private static List<FoundPassage> Distinct(IndexReader reader, Span<Hit> hits, int most, out bool isFull)
    {
        var passages = new List<FoundPassage>();
        var others = new Dictionary<string, List<PassagePlace>>(StringComparer.Ordinal);
        isFull = false;
        foreach (Hit hit in hits)
        {
            Passage passage = StoredPassage.Read(Shown(reader.Key(hit.Id)), reader.Payload(hit.Id));
            if (others.TryGetValue(passage.Text, out List<PassagePlace>? same))
            {
                same.Add(PassagePlace.Of(passage));
                continue;
            }
            isFull = passages.Count == most;
            if (isFull)
                continue; // what follows may still be the text of a hit
            others.Add(passage.Text, same = []);
            passages.Add(new FoundPassage(passages.Count + 1, hit.Score, passage, same));
        }
        return passages;
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
        catch (Exception problem) when (problem is UnsupportedRequestException or DeviceMemoryException
            && DeviceFlags.IsPreferred(arguments))
        {
            terminal.Error.WriteLine($"sextant search: warning: the CPU scans: {problem.Message}");
            return null;
        }
    }

    private static (Hit[] Hits, int Found) Unlike(IndexReader reader, Span<Hit> hits, float diversity, int most)
    {
        float[] vectors = new float[hits.Length * reader.KeptDimensions];
        for (int i = 0; i < hits.Length; i++)
            reader.Vector(hits[i].Id, vectors.AsSpan(i * reader.KeptDimensions, reader.KeptDimensions));
        var chosen = new Hit[most];
        return (chosen, Diversity.Choose(hits, vectors, 1 - diversity, chosen));
    }

    private static (Hit[] Hits, int Found) Fused(
        IndexReader reader, string query, IdSet? allowed, Span<Hit> vectors, int most, Terminal terminal)
    {
        var terms = new List<string>();
        WordTerms.Split(query, terms);
        var ranked = new Hit[Math.Min(Math.Max(most, FusedDepth), Math.Max(1, reader.Count))];
        int found;
        if (reader.Definition.KeepsTerms)
        {
            found = reader.SearchTerms(terms, ranked, allowed);
        }
        else
        {
            terminal.Error.WriteLine(
                "sextant search: warning: this index keeps no words, so the texts of all passages are read; "
                + "made anew, it keeps them");
            found = ByTexts(reader, terms, allowed, ranked);
        }
        int[] byWords = [.. ranked[..found].Select(hit => hit.Id)];
        int[] byVectors = [.. vectors.ToArray().Select(hit => hit.Id)];
        var fused = new Hit[most];
        return (fused, RankFusion.FuseScored([byWords, byVectors], fused));
    }

    // The same ranking out of the passages' texts.
    private static int ByTexts(IndexReader reader, List<string> query, IdSet? allowed, Hit[] ranked)
    {
        IdSet live = reader.Where(IndexFilter.Parse());
        var words = new Bm25Index();
        var ids = new List<int>();
        var terms = new List<string>();
        for (int id = 0; id < reader.Ids; id++)
        {
            if (!live.Contains(id))
                continue;
            terms.Clear();
            WordTerms.Split(StoredPassage.Read("", reader.Payload(id)).Text, terms);
            words.Add(terms);
            ids.Add(id);
        }
        var all = new Hit[ids.Count];
        int written = 0;
        foreach (Hit hit in all[..words.Search(query, all)])
        {
            int id = ids[hit.Id];
            if (written < ranked.Length && (allowed is null || allowed.Contains(id)))
                ranked[written++] = new Hit(id, hit.Score);
        }
        return written;
    }

    // Relative where the file lies below the current folder.
    private static string Shown(string path)
    {
        string folder = Directory.GetCurrentDirectory().TrimEnd(Path.DirectorySeparatorChar)
            + Path.DirectorySeparatorChar;
        return path.StartsWith(folder, StringComparison.Ordinal) ? path[folder.Length..] : path;
    }
}
