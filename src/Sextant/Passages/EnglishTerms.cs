using System.Buffers;
using System.Text;
using Sextant.Tokens;

namespace Sextant.Passages;

/// <summary>The terms of English text: words by their stems, and identifiers as they are written besides.</summary>
/// <remarks>
/// Words are those of <see cref="WordTerms"/>; one of the letters a to z alone is cut down to its stem. An identifier
/// is a longest run of word characters and of the signs <c>. - _ / : @ + #</c>, without the signs at its ends (one or
/// two dashes before a letter stay: <c>--dry-run</c>), that still has a sign in it. It counts as one term more.
/// </remarks>
internal static class EnglishTerms
{
    private const int MaxIdentifier = 64;

    private static readonly SearchValues<char> Signs = SearchValues.Create(".-_/:@+#");

    public static void Split(ReadOnlySpan<char> text, ICollection<string> terms)
    {
        WordTerms.Split(text, word => terms.Add(StemOf(word)));
        for (int start = 0; start < text.Length;)
        {
            // Signs are rare: the search for one is vectorised, and the run is what lies around it.
            int sign = text[start..].IndexOfAny(Signs);
            if (sign < 0)
                return;
            int first = RunStart(text, start, start + sign);
            int length = RunLength(text[first..]);
            AddIdentifier(text.Slice(first, length), terms);
            start = first + length;
        }
    }

    // Back from a sign over the word before it.
    private static int RunStart(ReadOnlySpan<char> text, int least, int position)
    {
        while (position > least)
        {
            bool isPair = position - 2 >= least && char.IsSurrogatePair(text[position - 2], text[position - 1]);
            int before = position - (isPair ? 2 : 1), next = before;
            if (!IsWord(CodePoints.Next(text, ref next)))
                break;
            position = before;
        }
        return position;
    }

    private static int RunLength(ReadOnlySpan<char> text)
    {
        int position = 0;
        while (position < text.Length)
        {
            int next = position;
            if (Signs.Contains(text[position]))
                next++;
            else if (!IsWord(CodePoints.Next(text, ref next)))
                break;
            position = next;
        }
        return position;
    }

    private static void AddIdentifier(ReadOnlySpan<char> run, ICollection<string> terms)
    {
        while (run.Length > 0 && Signs.Contains(run[^1]))
            run = run[..^1];
        int start = run.IndexOfAnyExcept(Signs);
        if (start < 0)
            return;
        int dashes = 0;
        while (dashes < Math.Min(2, start) && run[start - 1 - dashes] == '-' && char.IsAsciiLetter(run[start]))
            dashes++;
        run = run[(start - dashes)..];
        if (run.Length is 0 or > MaxIdentifier || !run.ContainsAny(Signs))
            return;
        var lower = new StringBuilder(run.Length);
        for (int i = 0; i < run.Length;)
            WordTerms.AppendLower(lower, CodePoints.Next(run, ref i));
        terms.Add(lower.ToString());
    }

    private static bool IsWord(int codePoint)
    {
        CodePointClasses classes = CodePoints.ClassOf(codePoint);
        return WordTerms.IsWord(classes) && (classes & CodePointClasses.BertIdeograph) == 0;
    }

    private static string StemOf(string word)
    {
        if (word.Length is < 3 or > EnglishStemmer.MaxLength || word.AsSpan().ContainsAnyExceptInRange('a', 'z'))
            return word;
        Span<char> buffer = stackalloc char[EnglishStemmer.MaxLength + 1];
        word.CopyTo(buffer);
        ReadOnlySpan<char> stem = buffer[..EnglishStemmer.Stem(buffer, word.Length)];
        return stem.SequenceEqual(word) ? word : stem.ToString();
    }
}
