using System.Globalization;
using Sextant.Evaluation;

namespace Sextant.Cli.Inputs;

/// <summary>Reads pairs of sentences with their scores, the layout of STS-B.</summary>
/// <remarks>
/// Comma-separated, or separated by tabs when the file ends in .tsv. The first record may name the columns, which may
/// then stand in any order and among others; without it there are three: sentence1, sentence2, score.
/// </remarks>
internal static class SimilarityFile
{
    private const string Needed = "sentence1, sentence2 and score are needed, in this order or named by the first line";

    public static List<SimilarityPair> Read(string path, Terminal terminal)
    {
        InputFile.RequireFile(path);
        bool tabs = path.EndsWith(".tsv", StringComparison.OrdinalIgnoreCase);
        using var records = new SeparatedValues(LineReader.Open(path, terminal), tabs);
        var pairs = new List<SimilarityPair>();
        var columns = new Columns(3, 0, 1, 2);
        bool isFirst = true;
        while (records.Read() is { } fields)
        {
            if (isFirst && Columns.Named(records, fields) is { } named)
                columns = named;
            else
                pairs.Add(Pair(records, fields, columns));
            isFirst = false;
        }
        if (pairs.Select(pair => pair.Score).Distinct().Take(2).Count() < 2)
        {
            throw new InputException(FormattableString.Invariant(
                $"{records.Name}: {pairs.Count} pairs; at least two with different scores are needed."));
        }
        return pairs;
    }

    private static SimilarityPair Pair(SeparatedValues records, List<string> fields, Columns columns)
    {
        if (fields.Count != columns.Count)
        {
            throw new InputException(records.Name, records.Line, FormattableString.Invariant(
                $"has {fields.Count} columns where {columns.Count} are needed: {Needed}."));
        }
        string text = fields[columns.Score];
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double score)
            || !double.IsFinite(score))
        {
            throw new InputException(
                records.Name, records.Line,
                $"the score is '{JsonLine.Short(text)}'; a number such as 3.75 is needed. {Needed}.");
        }
        return new SimilarityPair(fields[columns.First], fields[columns.Second], score);
    }

    private sealed record Columns(int Count, int First, int Second, int Score)
    {
        /// <summary>Where the columns are that a record names; null when it is no such record.</summary>
        public static Columns? Named(SeparatedValues records, List<string> fields)
        {
            List<string> names = fields.ConvertAll(field => field.Trim().ToLowerInvariant());
            if (!names.Contains("sentence1"))
                return null;
            int second = names.IndexOf("sentence2");
            int score = Math.Max(names.IndexOf("score"), names.IndexOf("similarity_score"));
            if (second < 0 || score < 0)
            {
                throw new InputException(
                    records.Name, records.Line,
                    $"names columns, but no '{(second < 0 ? "sentence2" : "score")}'; {Needed}.");
            }
            return new Columns(names.Count, names.IndexOf("sentence1"), second, score);
        }
    }
}
