using System.Runtime.CompilerServices;
using System.Text;
using Sextant.Tokens;

namespace Sextant.Passages;

/// <summary>The words of a text as BM25 counts them: lower-cased; no stemming, no stop words, accents kept.</summary>
/// <remarks>
/// A term is a longest run of letters, digits and marks; everything else, apostrophes, hyphens and underscores too,
/// stands between terms. An ideograph is a term by itself, since no spaces separate words there. Lower-casing goes
/// code point by code point with the library's own tables, so the terms are the same on every platform.
/// </remarks>
internal static class WordTerms
{
    /// <summary>Adds the terms of a text, in order and with repetitions, to <paramref name="terms"/>.</summary>
    public static void Split(ReadOnlySpan<char> text, ICollection<string> terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        Split(text, terms.Add);
    }

    /// <summary>Hands over the terms of a text, in order and with repetitions.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // a search is over before the loop would be compiled anew
    internal static void Split(ReadOnlySpan<char> text, Action<string> found)
    {
        var term = new StringBuilder();
        for (int i = 0; i < text.Length;)
        {
            int codePoint = CodePoints.Next(text, ref i);
            CodePointClasses classes = CodePoints.ClassOf(codePoint);
            bool isIdeograph = (classes & CodePointClasses.BertIdeograph) != 0;
            bool isWord = IsWord(classes);
            if (!isWord || isIdeograph)
                Flush(term, found);
            if (isWord || isIdeograph)
                AppendLower(term, codePoint);
            if (isIdeograph)
                Flush(term, found);
        }
        Flush(term, found);
    }

    /// <summary>Whether a code point is part of a word; an ideograph is one by itself.</summary>
    internal static bool IsWord(CodePointClasses classes) =>
        // \w has the underscore and its likes; those are punctuation too.
        (classes & (CodePointClasses.Word | CodePointClasses.Punctuation)) == CodePointClasses.Word;

    /// <summary>Appends a code point in lower case, by the library's own tables.</summary>
    internal static void AppendLower(StringBuilder text, int codePoint)
    {
        Append(text, CodePoints.ToLower(codePoint, out int second));
        if (second != 0)
            Append(text, second);
    }

    private static void Append(StringBuilder term, int codePoint)
    {
        if (codePoint < 0x10000)
            term.Append((char)codePoint);
        else
            term.Append(char.ConvertFromUtf32(codePoint));
    }

    private static void Flush(StringBuilder term, Action<string> found)
    {
        if (term.Length == 0)
            return;
        found(term.ToString());
        term.Clear();
    }
}
