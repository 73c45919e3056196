namespace Sextant.Passages;

/// <summary>A sentence, a heading, or a part of a sentence that is too long.</summary>
/// <param name="Start">Position of its first character in the file.</param>
/// <param name="Length">Characters.</param>
/// <param name="FirstLine">Line of its first character.</param>
/// <param name="LastLine">Line of its last character.</param>
/// <param name="Tokens">Tokens in it.</param>
/// <param name="IsHeading">Whether it is a heading.</param>
/// <param name="BeginsParagraph">Whether a paragraph begins with it.</param>
/// <param name="Headings">The headings that it stands below.</param>
internal readonly record struct Sentence(
    long Start, int Length, int FirstLine, int LastLine, int Tokens, bool IsHeading, bool BeginsParagraph,
    string Headings)
{
    public long End => Start + Length;
}

/// <summary>Joins sentences to passages.</summary>
/// <remarks>
/// Three runs of sentences are held: some that are past, those repeated from the passage before, and new ones. The
/// passage being built is the last two; the first is for a passage that would else be a scrap, such as the last line of
/// a file. All of it together is no longer than two chunks, so the time is linear in the text.
/// </remarks>
internal sealed class PassageBuilder(string file, PassageOptions options)
{
    private readonly List<Sentence> _sentences = [];
    private char[] _text = new char[4096]; // from the first sentence's first character to the last one's last
    private int _first;  // where the passage begins
    private int _new;    // where it goes beyond the passage before
    private int _tokens; // from the first on

    /// <summary>Whether a passage must be cut off before this sentence can be appended.</summary>
    public bool MustCut(in Sentence next, bool isFar) =>
        _sentences.Count > _first && (isFar || !Fits(next) || (next.IsHeading && HasText()));

    /// <summary>Appends a sentence that fits.</summary>
    /// <param name="sentence">The sentence.</param>
    /// <param name="gap">The white space before it; left out where it becomes the first.</param>
    /// <param name="text">Its characters.</param>
    public void Append(in Sentence sentence, ReadOnlySpan<char> gap, ReadOnlySpan<char> text)
    {
        int used = 0;
        if (_sentences.Count > 0)
        {
            used = (int)(_sentences[^1].End - _sentences[0].Start);
            Reserve(used + gap.Length + text.Length);
            gap.CopyTo(_text.AsSpan(used));
            used += gap.Length;
        }
        Reserve(used + text.Length);
        text.CopyTo(_text.AsSpan(used));
        _tokens += sentence.Tokens;
        _sentences.Add(sentence);
    }

    /// <summary>Cuts off a passage to make room for the next sentence; null when it would have no token.</summary>
    public Passage? Cut(in Sentence next, bool isFar)
    {
        int end = CutPosition(next);
        Passage? passage = Take(end);
        bool isSection = isFar || (next.IsHeading && end == _sentences.Count);
        int repeated = isSection ? end : WalkBack(end, end, _first + 1, options.Overlap, options.MaxOverlapCharacters);
        int kept = isSection ? end : WalkBack(repeated, repeated, 0, options.Chunk / 2, options.MaxCharacters / 2);
        RemoveFirst(kept);
        (_first, _new) = (repeated - kept, end - kept);
        _tokens = Tokens(_first, _sentences.Count);
        while (_first < _new && !Fits(next)) // what is repeated must leave room for what is new
            _tokens -= _sentences[_first++].Tokens;
        return passage;
    }

    /// <summary>The last passage, or null.</summary>
    public Passage? Finish() => _sentences.Count > _new ? Take(_sentences.Count) : null;

    private bool HasText()
    {
        for (int i = _first; i < _sentences.Count; i++)
        {
            if (!_sentences[i].IsHeading)
                return true;
        }
        return false;
    }

    private bool Fits(in Sentence next) =>
        _sentences.Count == _first
        || (_tokens + next.Tokens <= options.Chunk && next.End - _sentences[_first].Start <= options.MaxCharacters);

    // A paragraph's border in the second half is a better place than the sentence's border at the end.
    private int CutPosition(in Sentence next)
    {
        if (next.BeginsParagraph || next.IsHeading)
            return _sentences.Count;
        int tokens = _tokens;
        for (int position = _sentences.Count - 1; position > _new; position--)
        {
            tokens -= _sentences[position].Tokens;
            if (tokens < options.Chunk / 2)
                break;
            if (_sentences[position].BeginsParagraph && !_sentences[position - 1].IsHeading)
                return position;
        }
        return _sentences.Count;
    }

    // From a sentence back over whole ones, to a heading at most, while what then reaches to the end keeps within
    // bounds.
    private int WalkBack(int from, int end, int least, int maxTokens, int maxCharacters)
    {
        int tokens = Tokens(from, end);
        while (from > least && (from == _sentences.Count || !_sentences[from].IsHeading))
        {
            Sentence before = _sentences[from - 1];
            tokens += before.Tokens;
            if (tokens > maxTokens || _sentences[end - 1].End - before.Start > maxCharacters)
                break;
            from--;
        }
        return from;
    }

    private Passage? Take(int end)
    {
        if (Tokens(_new, end) == 0)
            return null;
        int first = _first;
        if (Tokens(first, end) < options.Chunk / 4 && options.Overlap > 0)
            first = WalkBack(first, end, 0, options.Chunk / 2, options.MaxCharacters / 2);
        int offset = (int)(_sentences[first].Start - _sentences[0].Start);
        int length = (int)(_sentences[end - 1].End - _sentences[first].Start);
        return new Passage(
            file, _sentences[first].FirstLine, _sentences[end - 1].LastLine, _sentences[first].Start,
            _sentences[end - 1].End, Tokens(first, end), new string(_text, offset, length))
        {
            Headings = _sentences[first].Headings,
        };
    }

    private int Tokens(int first, int end)
    {
        int tokens = 0;
        for (int i = first; i < end; i++)
            tokens += _sentences[i].Tokens;
        return tokens;
    }

    private void RemoveFirst(int count)
    {
        if (count == 0)
            return;
        if (count < _sentences.Count)
        {
            int removed = (int)(_sentences[count].Start - _sentences[0].Start);
            int rest = (int)(_sentences[^1].End - _sentences[count].Start);
            _text.AsSpan(removed, rest).CopyTo(_text);
        }
        _sentences.RemoveRange(0, count);
    }

    private void Reserve(int length)
    {
        if (length > _text.Length)
            Array.Resize(ref _text, Math.Max(length, 2 * _text.Length));
    }
}
