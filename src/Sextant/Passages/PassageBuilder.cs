namespace Sextant.Passages;

/// <summary>A sentence, a heading, or a part of a sentence that is too long.</summary>
/// <param name="Start">Place of its first character in the file.</param>
/// <param name="Length">Characters.</param>
/// <param name="FirstLine">Line of its first character.</param>
/// <param name="LastLine">Line of its last character.</param>
/// <param name="Tokens">Tokens in it.</param>
/// <param name="IsHeading">Whether it is a heading.</param>
/// <param name="BeginsParagraph">Whether a paragraph begins with it.</param>
/// <param name="Headings">The headings that it stands below.</param>
internal readonly record struct Segment(
    long Start, int Length, int FirstLine, int LastLine, int Tokens, bool IsHeading, bool BeginsParagraph,
    string Headings)
{
    public long End => Start + Length;
}

/// <summary>Joins segments to passages.</summary>
/// <remarks>
/// Three runs of segments are held: some that are past, those repeated from the passage before, and new ones. The
/// passage being built is the last two; the first is for a passage that would else be a scrap, such as the last line of
/// a file. All of it together is no longer than two chunks, so the time is linear in the text.
/// </remarks>
internal sealed class PassageBuilder(string file, PassageOptions options)
{
    private readonly List<Segment> _segments = [];
    private char[] _text = new char[4096]; // from the first segment's first character to the last one's last
    private int _first;  // where the passage begins
    private int _new;    // where it goes beyond the passage before
    private int _tokens; // from the first on

    /// <summary>Whether a passage must be cut off before this segment can be appended.</summary>
    public bool MustCut(in Segment next, bool isFar) =>
        _segments.Count > _first && (isFar || !Fits(next) || (next.IsHeading && HasText()));

    /// <summary>Appends a segment that fits.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="gap">The white space before it; left out where it becomes the first.</param>
    /// <param name="text">Its characters.</param>
    public void Append(in Segment segment, ReadOnlySpan<char> gap, ReadOnlySpan<char> text)
    {
        int used = 0;
        if (_segments.Count > 0)
        {
            used = (int)(_segments[^1].End - _segments[0].Start);
            Reserve(used + gap.Length + text.Length);
            gap.CopyTo(_text.AsSpan(used));
            used += gap.Length;
        }
        Reserve(used + text.Length);
        text.CopyTo(_text.AsSpan(used));
        _tokens += segment.Tokens;
        _segments.Add(segment);
    }

    /// <summary>Cuts off a passage to make room for the next segment; null when it would have no token.</summary>
    public Passage? Cut(in Segment next, bool isFar)
    {
        int end = CutPlace(next);
        Passage? passage = Take(end);
        bool isSection = isFar || (next.IsHeading && end == _segments.Count);
        int repeated = isSection ? end : WalkBack(end, end, _first + 1, options.Overlap, options.MaxOverlapCharacters);
        int kept = isSection ? end : WalkBack(repeated, repeated, 0, options.Chunk / 2, options.MaxCharacters / 2);
        RemoveFirst(kept);
        (_first, _new) = (repeated - kept, end - kept);
        _tokens = Tokens(_first, _segments.Count);
        while (_first < _new && !Fits(next)) // what is repeated must leave room for what is new
            _tokens -= _segments[_first++].Tokens;
        return passage;
    }

    /// <summary>The last passage, or null.</summary>
    public Passage? Finish() => _segments.Count > _new ? Take(_segments.Count) : null;

    private bool HasText()
    {
        for (int i = _first; i < _segments.Count; i++)
        {
            if (!_segments[i].IsHeading)
                return true;
        }
        return false;
    }

    private bool Fits(in Segment next) =>
        _segments.Count == _first
        || (_tokens + next.Tokens <= options.Chunk && next.End - _segments[_first].Start <= options.MaxCharacters);

    // A paragraph's border in the second half is a better place than the sentence's border at the end.
    private int CutPlace(in Segment next)
    {
        if (next.BeginsParagraph || next.IsHeading)
            return _segments.Count;
        int tokens = _tokens;
        for (int place = _segments.Count - 1; place > _new; place--)
        {
            tokens -= _segments[place].Tokens;
            if (tokens < options.Chunk / 2)
                break;
            if (_segments[place].BeginsParagraph && !_segments[place - 1].IsHeading)
                return place;
        }
        return _segments.Count;
    }

    // From a segment back over whole ones, to a heading at most, while what then reaches to the end keeps within
    // bounds.
    private int WalkBack(int from, int end, int least, int maxTokens, int maxCharacters)
    {
        int tokens = Tokens(from, end);
        while (from > least && (from == _segments.Count || !_segments[from].IsHeading))
        {
            Segment before = _segments[from - 1];
            tokens += before.Tokens;
            if (tokens > maxTokens || _segments[end - 1].End - before.Start > maxCharacters)
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
        int offset = (int)(_segments[first].Start - _segments[0].Start);
        int length = (int)(_segments[end - 1].End - _segments[first].Start);
        return new Passage(
            file, _segments[first].FirstLine, _segments[end - 1].LastLine, _segments[first].Start,
            _segments[end - 1].End, Tokens(first, end), new string(_text, offset, length))
        {
            Headings = _segments[first].Headings,
        };
    }

    private int Tokens(int first, int end)
    {
        int tokens = 0;
        for (int i = first; i < end; i++)
            tokens += _segments[i].Tokens;
        return tokens;
    }

    private void RemoveFirst(int count)
    {
        if (count == 0)
            return;
        if (count < _segments.Count)
        {
            int removed = (int)(_segments[count].Start - _segments[0].Start);
            int rest = (int)(_segments[^1].End - _segments[count].Start);
            _text.AsSpan(removed, rest).CopyTo(_text);
        }
        _segments.RemoveRange(0, count);
    }

    private void Reserve(int length)
    {
        if (length > _text.Length)
            Array.Resize(ref _text, Math.Max(length, 2 * _text.Length));
    }
}
