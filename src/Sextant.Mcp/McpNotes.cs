using Sextant.Programs;

namespace Sextant.Mcp;

/// <summary>What both hosts say of a search in an index.</summary>
internal static class McpNotes
{
    public const string Unfinished = "the index is not finished: what makes it still runs or was ended";

    /// <summary>What became of a query.</summary>
    public static void AddQuery(List<string> notes, TextReport report)
    {
        if (report.Truncated > 0)
            notes.Add(FormattableString.Invariant($"the query lost its end: {report.Truncated} tokens are too many"));
        if (report.Unknown > 0)
        {
            notes.Add(FormattableString.Invariant(
                $"{report.Unknown} of the query's {report.Tokens} tokens are unknown to the model"));
        }
    }

    /// <summary>A hit of an index.</summary>
    public static McpHit Hit(IndexHit hit) => new(
        new PassagePlace(hit.Key, hit.Number, 0), hit.Score, hit.Similarity, hit.Terms, hit.Passage.Headings,
        hit.Passage.Text, hit.Passage.FirstLine, hit.Passage.LastLine);
}
