namespace Sextant.Passages;

/// <summary>A sentence, a heading, or a part of a sentence that is too long.</summary>
/// <param name="Length">Characters.</param>
/// <param name="Gap">Characters of white space before it.</param>
/// <param name="FirstLine">Line of its first character.</param>
/// <param name="LastLine">Line of its last character.</param>
/// <param name="Tokens">Tokens in it.</param>
/// <param name="IsHeading">Whether it is a heading.</param>
/// <param name="BeginsParagraph">Whether a paragraph begins with it.</param>
internal readonly record struct Segment(
    int Length, int Gap, int FirstLine, int LastLine, int Tokens, bool IsHeading, bool BeginsParagraph);

/// <summary>Joins segments to passages.</summary>
/// <remarks>
/// It holds the segments of the passage being built: first those repeated from the passage before, then new ones.
/// Every segment is repeated in few passages, because the overlap is at most half a chunk: the time is linear.
/// </remarks>
internal sealed class PassageBuilder(string file, PassageOptions options)
{
    private readonly List<Segment> _segments = [];
    private char[] _text = new char[4096]; // from the first segment's first character to the last one's last
    private int _length;
    private int _tokens;
    private int _repeated; // how many segments at the front the passage before has too
    private long _start;

    /// <summary>Whether a passage must be cut off before this segment can be appended.</summary>
    public bool MustCut(in Segment next, bool isFar) =>
        _segments.Count > 0 && (isFar || !Fits(next) || (next.IsHeading && !_segments.TrueForAll(one => one.IsHeading)));

    /// <summary>Appends a segment that fits.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="gap">The white space before it; left out where it becomes the first.</param>
    /// <param name="text">Its characters.</param>
    /// <param name="start">Its place in the file.</param>
    public void Append(Segment segment, ReadOnlySpan<char> gap, ReadOnlySpan<char> text, long start)
    {
        if (_segments.Count == 0)
        {
            (segment, _start) = (segment with { Gap = 0 }, start);
            gap = default;
        }
        int needed = _length + gap.Length + text.Length;
        if (needed > _text.Length)
            Array.Resize(ref _text, Math.Max(needed, 2 * _text.Length));
        gap.CopyTo(_text.AsSpan(_length));
        text.CopyTo(_text.AsSpan(_length + gap.Length));
        _length = needed;
        _tokens += segment.Tokens;
        _segments.Add(segment);
    }

    /// <summary>Cuts off a passage to make room for the next segment; null when it would have no token.</summary>
    public Passage? Cut(in Segment next, bool isFar)
    {
        int count = CutPlace(next);
        Passage? passage = Take(count);
        bool isSection = isFar || (next.IsHeading && count == _segments.Count);
        int repeated = 0;
        int tokens = 0;
        int characters = 0;
        while (!isSection && repeated < count - 1)
        {
            Segment last = _segments[count - 1 - repeated];
            tokens += last.Tokens;
            characters += last.Gap + last.Length;
            if (tokens > options.Overlap || characters > options.MaxOverlapCharacters)
                break;
            repeated++;
        }
        RemoveFirst(count - repeated);
        // What is repeated must leave room for what is new.
        for (_repeated = repeated; _repeated > 0 && !Fits(next); _repeated--)
            RemoveFirst(1);
        return passage;
    }

    /// <summary>The last passage, or null.</summary>
    public Passage? Finish() => _segments.Count > _repeated ? Take(_segments.Count) : null;

    private bool Fits(in Segment next) =>
        _segments.Count == 0
        || (_tokens + next.Tokens <= options.Chunk && _length + next.Gap + next.Length <= options.MaxCharacters);

    // A paragraph's border in the second half is a better place than the sentence's border at the end.
    private int CutPlace(in Segment next)
    {
        if (next.BeginsParagraph || next.IsHeading)
            return _segments.Count;
        int tokens = _tokens;
        for (int place = _segments.Count - 1; place > _repeated; place--)
        {
            tokens -= _segments[place].Tokens;
            if (tokens < options.Chunk / 2)
                break;
            if (_segments[place].BeginsParagraph && !_segments[place - 1].IsHeading)
                return place;
        }
        return _segments.Count;
    }

    private Passage? Take(int count)
    {
        int length = 0;
        int tokens = 0;
        for (int i = 0; i < count; i++)
        {
            length += _segments[i].Gap + _segments[i].Length;
            tokens += _segments[i].Tokens;
        }
        return tokens == 0
            ? null
            : new Passage(
                file, _segments[0].FirstLine, _segments[count - 1].LastLine, _start, _start + length, tokens,
                new string(_text, 0, length));
    }

    private void RemoveFirst(int count)
    {
        int removed = 0;
        for (int i = 0; i < count; i++)
        {
            removed += _segments[i].Gap + _segments[i].Length;
            _tokens -= _segments[i].Tokens;
        }
        _segments.RemoveRange(0, count);
        if (_segments.Count > 0)
        {
            removed += _segments[0].Gap;
            _segments[0] = _segments[0] with { Gap = 0 };
        }
        _text.AsSpan(removed, _length - removed).CopyTo(_text);
        _length -= removed;
        _start += removed;
    }
}
