using System.Text;
using UglyToad.PdfPig;
using UglyToad.PdfPig.Content;
using UglyToad.PdfPig.DocumentLayoutAnalysis.TextExtractor;

namespace Sextant.Documents;

/// <summary>The text of a PDF, a line for each page; words that a line's end cuts are joined.</summary>
internal static class PdfText
{
    public static string Of(string path)
    {
        var text = new StringBuilder();
        using PdfDocument document = PdfDocument.Open(path);
        foreach (Page page in document.GetPages())
        {
            if (page.Number > 1)
                text.Append('\n');
            AppendLine(text, ContentOrderTextExtractor.GetText(page));
        }
        return text.ToString();
    }

    private static void AppendLine(StringBuilder line, string page)
    {
        int first = line.Length;
        for (int i = 0; i < page.Length; i++)
        {
            char c = page[i];
            if (!char.IsWhiteSpace(c) && !char.IsControl(c))
            {
                line.Append(c);
                continue;
            }
            while (i + 1 < page.Length && char.IsWhiteSpace(page[i + 1]))
                i++;
            bool isCut = c is '\r' or '\n' && line.Length - first > 1 && line[^1] == '-' && char.IsLetter(line[^2])
                && i + 1 < page.Length && char.IsLower(page[i + 1]);
            if (isCut)
                line.Length--;
            else if (line.Length > first)
                line.Append(' ');
        }
    }
}
