using System.Globalization;
using System.Text.Json;
using Sextant.Evaluation;

namespace Sextant.Cli.Inputs;

/// <summary>A retrieval set as its files have it.</summary>
/// <param name="Set">What can be measured.</param>
/// <param name="MissingDocuments">Judgements of documents that the corpus does not have.</param>
/// <param name="MissingQueries">Judgements of queries that there are not.</param>
internal sealed record LoadedSet(RetrievalSet Set, int MissingDocuments, int MissingQueries);

/// <summary>Reads a folder in BEIR's layout: corpus.jsonl, queries.jsonl and qrels/test.tsv.</summary>
internal static class RetrievalFolder
{
    private const string Document = "an object with '_id', 'text' and perhaps 'title'";
    private const string Query = "an object with '_id' and 'text'";
    private const string Judged = "query id, document id and a whole number as grade are needed, "
        + "with tabs between them; the first line may be query-id, corpus-id, score";

    private static readonly string[] Files = ["corpus.jsonl", "queries.jsonl", Path.Combine("qrels", "test.tsv")];

    /// <summary>Fails where a file of a set is missing.</summary>
    public static void Require(string folder)
    {
        foreach (string file in Files)
        {
            InputFile.RequireFile(
                Path.Combine(folder, file),
                " A retrieval set is a folder with corpus.jsonl, queries.jsonl and qrels/test.tsv.");
        }
    }

    /// <summary>Reads a set.</summary>
    public static LoadedSet Read(string folder, Terminal terminal)
    {
        var documents = new List<string>();
        Dictionary<string, int> documentIds = ReadTexts(Path.Combine(folder, Files[0]), Document, documents, terminal);
        var queries = new List<string>();
        Dictionary<string, int> queryIds = ReadTexts(Path.Combine(folder, Files[1]), Query, queries, terminal);
        List<Judgement>[] judgements = [.. queries.Select(_ => new List<Judgement>())];
        int missingDocuments = 0, missingQueries = 0;
        var seen = new HashSet<(string, string)>();
        using var records = new SeparatedValues(LineReader.Open(Path.Combine(folder, Files[2]), terminal), tabs: true);
        while (records.Read() is { } fields)
        {
            if (ReadGrade(records, fields) is not { } grade)
                continue; // the names of the columns
            if (!seen.Add((fields[0], fields[1])))
            {
                throw new InputException(
                    records.Name, records.Line,
                    $"query '{JsonLine.Short(fields[0])}' and document '{JsonLine.Short(fields[1])}' "
                    + "are judged a second time.");
            }
            bool isKnown = documentIds.TryGetValue(fields[1], out int document);
            if (!queryIds.TryGetValue(fields[0], out int query))
            {
                missingQueries++;
                continue;
            }
            missingDocuments += isKnown ? 0 : 1;
            judgements[query].Add(new Judgement(isKnown ? document : -1, grade));
        }
        var set = new RetrievalSet(documents, queries.Select((text, i) => new RetrievalQuery(text, judgements[i])));
        if (set.Queries.Count == 0)
            throw new InputException($"{records.Name}: no query of queries.jsonl has a document with a grade above 0.");
        return new LoadedSet(set, missingDocuments, missingQueries);
    }

    private static Dictionary<string, int> ReadTexts(string path, string needed, List<string> texts, Terminal terminal)
    {
        var positions = new Dictionary<string, int>(StringComparer.Ordinal);
        using LineReader lines = LineReader.Open(path, terminal);
        while (lines.Read(out ReadOnlyMemory<byte> line))
        {
            using JsonDocument json = JsonLine.Parse(lines, line, needed);
            JsonElement record = json.RootElement;
            if (record.ValueKind != JsonValueKind.Object)
                throw new InputException(lines.Name, lines.Number, $"{needed} is needed.");
            string id = JsonLine.Text(lines, record, "_id") ?? throw Missing(lines, "_id", needed);
            string text = JsonLine.Text(lines, record, "text") ?? throw Missing(lines, "text", needed);
            // As BEIR does: title, a space, text; without the space where one of them is empty.
            if (needed == Document)
                text = $"{JsonLine.Text(lines, record, "title")} {text}".Trim();
            if (!positions.TryAdd(id, texts.Count))
            {
                throw new InputException(
                    lines.Name, lines.Number, $"the '_id' '{JsonLine.Short(id)}' is there a second time.");
            }
            texts.Add(text);
        }
        return positions;
    }

    private static int? ReadGrade(SeparatedValues records, List<string> fields)
    {
        if (fields.Count != 3)
        {
            throw new InputException(
                records.Name, records.Line, FormattableString.Invariant($"has {fields.Count} columns; {Judged}."));
        }
        if (int.TryParse(fields[2], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int grade))
            return grade;
        if (records.Line == 1 && fields[2].Equals("score", StringComparison.OrdinalIgnoreCase))
            return null;
        throw new InputException(records.Name, records.Line, $"the grade is '{JsonLine.Short(fields[2])}'; {Judged}.");
    }

    private static InputException Missing(LineReader lines, string field, string needed) =>
        new(lines.Name, lines.Number, $"there is no '{field}' field; {needed} is needed.");
}
