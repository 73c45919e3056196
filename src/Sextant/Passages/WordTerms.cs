using System.Text;
using Sextant.Tokens;

namespace Sextant.Passages;

/// <summary>The words of a text as BM25 counts them: lower-cased; no stemming, no stop words, accents kept.</summary>
/// <remarks>
/// A term is a longest run of letters, digits and marks; everything else, apostrophes, hyphens and underscores too,
/// stands between terms. An ideograph is a term by itself, since no spaces separate words there. Lower-casing goes
/// code point by code point with the library's own tables, so the terms are the same on every platform.
/// </remarks>
public static class WordTerms
{
    /// <summary>Adds the terms of a text, in order and with repetitions, to <paramref name="terms"/>.</summary>
    public static void Split(ReadOnlySpan<char> text, ICollection<string> terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        var term = new StringBuilder();
        for (int i = 0; i < text.Length;)
        {
            int codePoint = CodePoints.Next(text, ref i);
            CodePointClasses classes = CodePoints.ClassOf(codePoint);
            bool isIdeograph = (classes & CodePointClasses.BertIdeograph) != 0;
            // \w has the underscore and its likes; those are punctuation too.
            bool isWord = (classes & (CodePointClasses.Word | CodePointClasses.Punctuation)) == CodePointClasses.Word;
            if (!isWord || isIdeograph)
                Flush(term, terms);
            if (isWord || isIdeograph)
                AppendLower(term, codePoint);
            if (isIdeograph)
                Flush(term, terms);
        }
        Flush(term, terms);
    }

    private static void AppendLower(StringBuilder term, int codePoint)
    {
        Append(term, CodePoints.ToLower(codePoint, out int second));
        if (second != 0)
            Append(term, second);
    }

    private static void Append(StringBuilder term, int codePoint)
    {
        if (codePoint < 0x10000)
            term.Append((char)codePoint);
        else
            term.Append(char.ConvertFromUtf32(codePoint));
    }

    private static void Flush(StringBuilder term, ICollection<string> terms)
    {
        if (term.Length == 0)
            return;
        terms.Add(term.ToString());
        term.Clear();
    }
}
