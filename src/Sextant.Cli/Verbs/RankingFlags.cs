using Sextant.Cli.Arguments;
using Sextant.Passages;

namespace Sextant.Cli.Verbs;

/// <summary>What passages are ranked by.</summary>
internal enum Ranking
{
    /// <summary>Vectors and terms together.</summary>
    Hybrid,

    /// <summary>Vectors alone.</summary>
    Dense,

    /// <summary>Terms alone.</summary>
    Bm25,
}

/// <summary>The flags that say what passages are ranked by.</summary>
internal static class RankingFlags
{
    public static readonly Flag Ranking = new(
        "--ranking", "R",
        "hybrid: vectors and words together; dense: vectors alone; bm25: words alone. Default: hybrid.");
    public static readonly Flag Language = new(
        "--language", "L",
        "What BM25 takes words apart by: english (stems, and identifiers as they are written) or words (any language, "
            + "as they are). Default: english.");

    public static Ranking Of(ArgumentValues arguments) =>
        arguments.Choice(Ranking, "hybrid", "dense", "bm25") switch
        {
            "dense" => Verbs.Ranking.Dense,
            "bm25" => Verbs.Ranking.Bm25,
            _ => Verbs.Ranking.Hybrid,
        };

    public static TermAnalyzer AnalyzerOf(ArgumentValues arguments) =>
        TermAnalyzer.Named(arguments.Choice(Language, [.. TermAnalyzer.Names]) ?? TermAnalyzer.English.Name)!;

    /// <summary>Refuses what needs vectors where there are none.</summary>
    public static void RequireVectors(Ranking ranking, ArgumentValues arguments, params ReadOnlySpan<Flag> flags)
    {
        foreach (Flag flag in flags)
        {
            if (ranking == Verbs.Ranking.Bm25 && arguments.Has(flag))
                throw new WrongUsageException($"{flag.Name} is for vectors; --ranking bm25 has none");
        }
    }
}
