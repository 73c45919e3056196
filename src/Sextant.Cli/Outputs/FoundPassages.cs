using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Sextant.Passages;

namespace Sextant.Cli.Outputs;

/// <summary>Where a passage stands.</summary>
internal sealed record PassageLocation(string File, int FirstLine, int LastLine, long Start, long End)
{
    public static PassageLocation Of(Passage passage) =>
        new(passage.File, passage.FirstLine, passage.LastLine, passage.Start, passage.End);

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{TerminalText.OneLine(File)}:{FirstLine}");
}

/// <summary>A passage, how near it is, and where else the same text stands.</summary>
internal readonly record struct FoundPassage(
    int Rank, float Score, Passage Passage, IReadOnlyList<PassageLocation> AlsoIn)
{
    /// <summary>How near its vector is to the query's; null where vectors were not compared.</summary>
    public float? Similarity { get; init; }

    /// <summary>Its BM25 score; null where words were not counted.</summary>
    public float? Terms { get; init; }

    /// <summary>Whether what was searched is not all there is to be: nearer ones may be missing.</summary>
    public bool IsUnfinished { get; init; }
}

/// <summary>Writes found passages: for a person, for a pipe, or as JSON.</summary>
internal static class FoundPassages
{
    private const int LinesOfText = 3;
    private const int OthersNamed = 3;

    private static readonly JsonWriterOptions Json = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // leaves 今 readable; the output is no HTML
    };

    /// <summary>A heading line with rank, score and location, and some lines of the text below it.</summary>
    /// <param name="output">Where to write.</param>
    /// <param name="found">The passages.</param>
    /// <param name="width">Columns of the terminal.</param>
    /// <param name="marks">Marks words and paths; null where the terminal has no styles.</param>
    public static void WriteTable(Stream output, IEnumerable<FoundPassage> found, int width, TextMarks? marks)
    {
        using var writer = new StreamWriter(output, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        foreach (FoundPassage one in found)
        {
            string location = PassageLocation.Of(one.Passage).ToString();
            if (marks is not null)
                location = TextMarks.Link(location, one.Passage.File);
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{one.Rank,3}  {one.Score:F4}  {location}"));
            foreach (string line in TerminalText.Wrap(
                TerminalText.OneLine(one.Passage.Headings), Math.Max(20, width - 6), maxLines: 1))
                writer.WriteLine("     " + line);
            foreach (string line in TerminalText.Wrap(
                TerminalText.OneLine(one.Passage.Text), Math.Max(20, width - 6), LinesOfText))
                writer.WriteLine("     " + (marks?.Mark(line) ?? line));
            if (one.AlsoIn.Count > 0)
                writer.WriteLine("     " + Others(one.AlsoIn));
        }
    }

    /// <summary>
    /// A line for each: rank, score, file:line and the whole text, with tabs between; a fifth field where the same
    /// text stands elsewhere too.
    /// </summary>
    public static void WritePlain(Stream output, IEnumerable<FoundPassage> found)
    {
        using var writer = new StreamWriter(output, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        foreach (FoundPassage one in found)
        {
            string text = TerminalText.OneLine(one.Passage.Text);
            string others = one.AlsoIn.Count > 0 ? "\t" + Others(one.AlsoIn) : "";
            writer.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{one.Rank}\t{one.Score:F4}\t{PassageLocation.Of(one.Passage)}\t{text}{others}"));
        }
    }

    private static string Others(IReadOnlyList<PassageLocation> locations)
    {
        int more = locations.Count - OthersNamed;
        return "also in " + string.Join(", ", locations.Take(OthersNamed))
            + (more > 0 ? string.Create(CultureInfo.InvariantCulture, $" and {more} more") : "");
    }

    /// <summary>An array of objects with everything that is known.</summary>
    public static void WriteJson(Stream output, IEnumerable<FoundPassage> found)
    {
        using (var writer = new Utf8JsonWriter(new CleanStream(output), Json))
        {
            writer.WriteStartArray();
            foreach (FoundPassage one in found)
            {
                writer.WriteStartObject();
                writer.WriteNumber("rank"u8, one.Rank);
                writer.WriteNumber("score"u8, one.Score);
                if (one.Similarity is { } similarity)
                    writer.WriteNumber("similarity"u8, similarity);
                if (one.Terms is { } terms)
                    writer.WriteNumber("bm25"u8, terms);
                Write(writer, PassageLocation.Of(one.Passage));
                writer.WriteNumber("tokens"u8, one.Passage.Tokens);
                if (one.Passage.Headings.Length > 0)
                    writer.WriteString("headings"u8, one.Passage.Headings);
                writer.WriteString("text"u8, one.Passage.Text);
                if (one.AlsoIn.Count > 0)
                {
                    writer.WriteStartArray("also_in"u8);
                    foreach (PassageLocation location in one.AlsoIn)
                    {
                        writer.WriteStartObject();
                        Write(writer, location);
                        writer.WriteEndObject();
                    }
                    writer.WriteEndArray();
                }
                if (one.IsUnfinished)
                    writer.WriteBoolean("unfinished"u8, true);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
        }
        output.Write("\n"u8);
    }

    private static void Write(Utf8JsonWriter writer, PassageLocation location)
    {
        writer.WriteString("file"u8, location.File);
        writer.WriteNumber("first_line"u8, location.FirstLine);
        writer.WriteNumber("last_line"u8, location.LastLine);
        writer.WriteNumber("start"u8, location.Start);
        writer.WriteNumber("end"u8, location.End);
    }
}
