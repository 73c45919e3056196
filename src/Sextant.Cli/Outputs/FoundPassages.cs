using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Sextant.Passages;

namespace Sextant.Cli.Outputs;

/// <summary>A passage and how near it is.</summary>
internal readonly record struct FoundPassage(int Rank, float Score, Passage Passage);

/// <summary>Writes found passages: for a person, for a pipe, or as JSON.</summary>
internal static class FoundPassages
{
    private const int LinesOfText = 3;

    private static readonly JsonWriterOptions Json = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // leaves 今 readable; the output is no HTML
    };

    /// <summary>A heading line with rank, score and place, and some lines of the text below it.</summary>
    public static void WriteTable(Stream output, IEnumerable<FoundPassage> found, int width)
    {
        using var writer = new StreamWriter(output, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        foreach (FoundPassage one in found)
        {
            string place = TerminalText.OneLine(one.Passage.File);
            writer.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{one.Rank,3}  {one.Score:F4}  {place}:{one.Passage.FirstLine}"));
            foreach (string line in TerminalText.Wrap(
                TerminalText.OneLine(one.Passage.Text), Math.Max(20, width - 6), LinesOfText))
                writer.WriteLine("     " + line);
        }
    }

    /// <summary>A line for each: rank, score, file:line and the whole text, with tabs between.</summary>
    public static void WritePlain(Stream output, IEnumerable<FoundPassage> found)
    {
        using var writer = new StreamWriter(output, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        foreach (FoundPassage one in found)
        {
            string file = TerminalText.OneLine(one.Passage.File);
            string text = TerminalText.OneLine(one.Passage.Text);
            writer.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{one.Rank}\t{one.Score:F4}\t{file}:{one.Passage.FirstLine}\t{text}"));
        }
    }

    /// <summary>An array of objects with everything that is known.</summary>
    public static void WriteJson(Stream output, IEnumerable<FoundPassage> found)
    {
        using (var writer = new Utf8JsonWriter(output, Json))
        {
            writer.WriteStartArray();
            foreach (FoundPassage one in found)
            {
                writer.WriteStartObject();
                writer.WriteNumber("rank"u8, one.Rank);
                writer.WriteNumber("score"u8, one.Score);
                writer.WriteString("file"u8, one.Passage.File);
                writer.WriteNumber("first_line"u8, one.Passage.FirstLine);
                writer.WriteNumber("last_line"u8, one.Passage.LastLine);
                writer.WriteNumber("start"u8, one.Passage.Start);
                writer.WriteNumber("end"u8, one.Passage.End);
                writer.WriteNumber("tokens"u8, one.Passage.Tokens);
                writer.WriteString("text"u8, one.Passage.Text);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
        }
        output.Write("\n"u8);
    }
}
