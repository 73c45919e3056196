using System.IO.Compression;
using System.Text;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Wordprocessing;

namespace Sextant.Documents;

/// <summary>The text of a DOCX file, a line for each paragraph, with Markdown's headings and items.</summary>
internal static class WordText
{
    private const int MaxHeading = 6;

    public static string Of(string path)
    {
        RequireSize(path);
        var text = new StringBuilder();
        using WordprocessingDocument document = WordprocessingDocument.Open(path, isEditable: false);
        Body body = document.MainDocumentPart?.Document?.Body ?? throw new InvalidDataException("it has no text");
        foreach (Paragraph paragraph in body.Descendants<Paragraph>())
        {
            string words = WordsOf(paragraph);
            int heading = HeadingOf(paragraph);
            if (words.Length > 0 && heading > 0)
                text.Append('\n').Append('#', heading).Append(' ');
            else if (words.Length > 0 && paragraph.ParagraphProperties?.NumberingProperties is not null)
                text.Append("- ");
            else if (words.Length > 0)
                text.Append('\n');
            text.Append(words).Append('\n');
        }
        return text.ToString();
    }

    // What a zip unpacks to is in its directory; a lie there ends in an error while it is read.
    private static void RequireSize(string path)
    {
        using ZipArchive zip = ZipFile.OpenRead(path);
        if (zip.Entries.Sum(entry => entry.Length) > DocumentText.MaxDecompressedBytes)
            throw new InvalidDataException($"more than {DocumentText.MaxDecompressedBytes >> 20} MiB when "
                + "decompressed");
    }

    private static string WordsOf(Paragraph paragraph)
    {
        var words = new StringBuilder();
        foreach (OpenXmlElement element in paragraph.Descendants())
        {
            if (element is Text text)
                words.Append(text.Text);
            else if (element is TabChar or Break or CarriageReturn)
                words.Append(' ');
        }
        return words.ToString().Trim();
    }

    private static int HeadingOf(Paragraph paragraph)
    {
        string style = paragraph.ParagraphProperties?.ParagraphStyleId?.Val?.Value ?? "";
        if (style.Equals("Title", StringComparison.OrdinalIgnoreCase))
            return 1;
        return style.StartsWith("Heading", StringComparison.OrdinalIgnoreCase)
            && int.TryParse(style.AsSpan("Heading".Length), out int level) ? Math.Clamp(level, 1, MaxHeading) : 0;
    }
}
