using System.Text;

namespace Sextant.Passages;

/// <summary>Cuts text into passages by tokens, at the borders of sentences, paragraphs and sections.</summary>
/// <remarks>
/// <para>In Markdown, front matter and lists of links are no passages, and passages know the headings above them.</para>
/// <para>A heading begins a new passage. A passage that is full ends at a paragraph's border in its second half, where
/// it has one, and otherwise at a sentence's; a sentence with too many tokens is cut at words, a word with too many at
/// characters. The last sentences of a passage are repeated in the next, up to the overlap, but not over a heading; a
/// passage of less than a quarter of a chunk repeats more, up to half a chunk, so that it is no scrap.</para>
/// <para>Time is linear in the text, memory does not grow with it. A reader may be used by many threads at once where
/// its counter may.</para>
/// </remarks>
public sealed class PassageReader
{
    private readonly Func<ReadOnlySpan<char>, int> _count;
    private readonly PassageOptions _options;

    /// <summary>Creates a reader.</summary>
    /// <param name="count">
    /// Counts the tokens of a piece of text, without the special tokens around a whole text. Called once for each
    /// sentence, and again for the parts of one that is too long for a passage. The counts of neighbouring sentences
    /// are added, which is exact where the tokenizer never joins words over a space.
    /// </param>
    /// <param name="options">How to cut; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">A chunk or an overlap that is not possible.</exception>
    public PassageReader(Func<ReadOnlySpan<char>, int> count, PassageOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(count);
        _count = count;
        _options = options ?? new PassageOptions();
        _options.Check();
    }

    /// <summary>Reads the passages of one text, in order.</summary>
    /// <param name="text">The text.</param>
    /// <param name="file">Its name; its ending says whether a '#' begins a heading.</param>
    public IEnumerable<Passage> Read(TextReader text, string file)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(file);
        return ReadAll(text, file);
    }

    /// <summary>Reads the passages of files and of all files in folders, in order.</summary>
    /// <param name="paths">Files and folders, as <see cref="TextFile.Find"/> takes them.</param>
    /// <param name="skipped">Told each file and folder that is left out, and why.</param>
    /// <param name="encoding">
    /// What files without a byte order mark are in, as <see cref="TextFile.Open"/> takes it.
    /// </param>
    /// <exception cref="FileNotFoundException">
    /// A named path does not exist; thrown when the enumeration comes to it.
    /// </exception>
    public IEnumerable<Passage> ReadFiles(
        IEnumerable<string> paths, Action<SkippedPath> skipped, Encoding? encoding = null)
    {
        foreach (string file in TextFiles.Find(paths, skipped))
        {
            using StreamReader? reader = TextFile.Open(file, out SkippedPath reason, encoding);
            if (reader is null)
            {
                skipped(reason);
                continue;
            }
            using IEnumerator<Passage> passages = ReadAll(reader, file).GetEnumerator();
            while (MoveNext(passages, file, skipped))
                yield return passages.Current;
        }
    }

    private static bool MoveNext(IEnumerator<Passage> passages, string file, Action<SkippedPath> skipped)
    {
        try
        {
            return passages.MoveNext();
        }
        catch (Exception problem) when (problem is IOException or DecoderFallbackException)
        {
            skipped(new SkippedPath(file, SkipReason.Unreadable, problem.Message)); // it changed since it was opened
            return false;
        }
    }

    private IEnumerable<Passage> ReadAll(TextReader reader, string file)
    {
        var lines = LineStarts.For(file);
        var headings = new HeadingPath();
        var sentences = new SentenceReader(
            lines.Markup ? FrontMatter.Without(reader) : reader, lines, _options.MaxCharacters);
        var builder = new PassageBuilder(file, _options);
        var parts = new List<(int Start, int Length, int Tokens)>();
        while (sentences.Read())
        {
            parts.Clear();
            Split(sentences.Text, 0, parts);
            int line = sentences.Line;
            string path = sentences.IsHeading ? headings.Enter(sentences.Text) : headings.Text;
            for (int i = 0, end = 0; i < parts.Count; i++)
            {
                (int start, int length, int tokens) = parts[i];
                line += sentences.Text[end..start].Count('\n');
                int lastLine = line + sentences.Text.Slice(start, length).Count('\n');
                var next = new Sentence(
                    sentences.Start + start, length, line, lastLine, tokens, i == 0 && sentences.IsHeading,
                    i == 0 && sentences.BeginsParagraph, path);
                bool isFar = i == 0 && sentences.IsFar;
                while (builder.MustCut(next, isFar))
                {
                    if (builder.Cut(next, isFar) is { } passage && !(lines.Markup && LinkList.Is(passage.Text)))
                        yield return passage;
                }
                ReadOnlySpan<char> gap = i == 0 ? sentences.Gap : sentences.Text[end..start];
                builder.Append(next, gap, sentences.Text.Slice(start, length));
                (line, end) = (lastLine, start + length);
            }
        }
        if (builder.Finish() is { } last && !(lines.Markup && LinkList.Is(last.Text)))
            yield return last;
    }

    // Halves a sentence that is too long: at words, until its parts are short enough to be repeated as overlap;
    // through words only where a word alone has more tokens than a passage. A sentence has at most 16 characters for
    // each token of a chunk, so the halving is shallow, and each character is counted a bounded number of times.
    private void Split(
        ReadOnlySpan<char> text, int start, List<(int Start, int Length, int Tokens)> parts, bool isPart = false)
    {
        int tokens = _count(text);
        int most = isPart && _options.Overlap > 0 ? _options.Overlap : _options.Chunk;
        int cut = tokens > most ? Sentences.MiddleWord(text) : -1;
        if (cut < 0 && tokens > _options.Chunk && text.Length > 1)
            cut = Sentences.CharacterBorder(text, text.Length / 2);
        if (cut <= 0 || cut >= text.Length)
        {
            parts.Add((start, text.Length, tokens));
            return;
        }
        Split(text[..cut].TrimEnd(), start, parts, isPart: true);
        ReadOnlySpan<char> right = text[cut..].TrimStart();
        Split(right, start + text.Length - right.Length, parts, isPart: true);
    }
}
