namespace Sextant.Tokens;

/// <summary>
/// The tokens of one sequence before its frame: all of them, or only those an end of it may still need.
/// </summary>
/// <remarks>
/// Memory follows what is kept, not the text: a hundred megabytes cut to 512 tokens keep about 512 tokens.
/// </remarks>
internal sealed class SequenceTokens
{
    private int[] _ids = new int[64];
    private int[] _starts = [];
    private int[] _ends = [];
    private SpaceCounts[] _trims = [];
    private TokenSpaces? _spaces;
    private int _keep;
    private TruncationSide _side;
    private bool _hasOffsets, _stops;
    private int _windowSize, _windowStep;

    /// <summary>Tokens kept.</summary>
    internal int Count { get; private set; }

    /// <summary>Tokens of the whole text.</summary>
    internal long Total { get; private set; }

    /// <summary>Whether nothing that still comes is kept or counted.</summary>
    internal bool IsComplete => _stops && _side == TruncationSide.Right && Total > _keep;

    /// <summary>Main window and its overflowing ones.</summary>
    internal int WindowCount { get; private set; }

    internal ReadOnlySpan<int> Ids => _ids.AsSpan(0, Count);

    internal ReadOnlySpan<int> Starts => _starts.AsSpan(0, Count);

    internal ReadOnlySpan<int> Ends => _ends.AsSpan(0, Count);

    /// <summary>Spaces that the text of each token begins and ends with; kept where offsets are trimmed.</summary>
    internal ReadOnlySpan<SpaceCounts> Trims => _trims.AsSpan(0, Count);

    /// <summary>Empties the list; of what comes, the first or last <paramref name="keep"/> tokens are kept.</summary>
    /// <param name="keep">How many tokens are kept.</param>
    /// <param name="side">Which end is cut off.</param>
    /// <param name="offsets">Whether offsets are kept.</param>
    /// <param name="spaces">The spaces of each id's text, where offsets are to be trimmed by them; else null.</param>
    /// <param name="stops">Whether what comes after a token too many is of no use.</param>
    internal void Begin(int keep, TruncationSide side, bool offsets, TokenSpaces? spaces, bool stops = false)
    {
        (Count, Total, _keep, _side, _hasOffsets, _stops) = (0, 0, keep, side, offsets, stops);
        _spaces = offsets ? spaces : null;
        WindowCount = 1;
    }

    internal void AddWord(ReadOnlySpan<Piece> pieces, NormalizedText text, int word)
    {
        Total += pieces.Length;
        if (_side == TruncationSide.Right && Count >= _keep)
            return;
        foreach (Piece piece in pieces)
        {
            if (_hasOffsets)
                Store(piece.Id, text.StartOf(word + piece.Start), text.EndOf(word + piece.End - 1), SpacesOf(piece.Id));
            else
                Store(piece.Id, 0, 0, default);
        }
    }

    /// <summary>Adds a token that was found as <paramref name="found"/> in the original text.</summary>
    internal void AddToken(int id, ReadOnlySpan<char> found, int start, int end)
    {
        Total++;
        if (_side == TruncationSide.Left || Count < _keep)
            Store(id, start, end, _spaces is null ? default : TokenSpaces.Of(found));
    }

    /// <summary>Adds a token that was found in the normalised text.</summary>
    internal void AddToken(int id, NormalizedText text, int start, int end) => AddToken(id, text.Units[start..end],
        _hasOffsets ? text.StartOf(start) : 0, _hasOffsets ? text.EndOf(end - 1) : 0);

    /// <summary>Ends the list: from the left only the last tokens stay.</summary>
    internal void Complete()
    {
        if (Count <= _keep)
            return;
        if (_side == TruncationSide.Left)
            KeepLast();
        else
            Count = _keep;
    }

    /// <summary>
    /// Counts offsets in code points: <paramref name="pairs"/> are where surrogate pairs have their second half.
    /// </summary>
    internal void CountCodePoints(ReadOnlySpan<int> pairs)
    {
        foreach (ref int offset in _starts.AsSpan(0, _hasOffsets ? Count : 0))
            offset -= Below(pairs, offset);
        foreach (ref int offset in _ends.AsSpan(0, _hasOffsets ? Count : 0))
            offset -= Below(pairs, offset);
    }

    /// <summary>
    /// Cuts to <paramref name="size"/> tokens; what is cut off makes further windows, each <paramref name="stride"/>
    /// back.
    /// </summary>
    internal void Cut(int size, int stride, bool keepOverflow)
    {
        (_windowSize, _windowStep, WindowCount) = (size, size - stride, 1);
        if (!keepOverflow || size >= Count)
            return;
        if (size == 0)
        {
            WindowCount = 2;
            return;
        }
        if (_windowStep <= 0)
        {
            throw new UnsupportedRequestException($"windows of {size} tokens cannot share {stride}: "
                + "the stride must be smaller than the tokens a sequence keeps.");
        }
        WindowCount = 1 + (Count - size + _windowStep - 1) / _windowStep;
    }

    /// <summary>Range of a window in the kept tokens; the main one is 0.</summary>
    internal (int Start, int End) Window(int index)
    {
        if (_windowSize >= Count)
            return (0, Count);
        if (_windowSize == 0)
            return index == 0 ? (0, 0) : (0, Count);
        int moved = index * _windowStep;
        return _side == TruncationSide.Right
            ? (moved, (int)Math.Min((long)moved + _windowSize, Count))
            : (Math.Max(Count - moved - _windowSize, 0), Count - moved);
    }

    private static int Below(ReadOnlySpan<int> pairs, int offset)
    {
        int found = pairs.BinarySearch(offset);
        return found < 0 ? ~found : found;
    }

    private SpaceCounts SpacesOf(int id) => _spaces?[id] ?? default;

    private void Store(int id, int start, int end, SpaceCounts spaces)
    {
        if (Count == _ids.Length || (_hasOffsets && Count == _starts.Length))
            Grow();
        _ids[Count] = id;
        if (_hasOffsets)
            (_starts[Count], _ends[Count], _trims[Count]) = (start, end, spaces);
        Count++;
    }

    private void Grow()
    {
        // From the left, what has already fallen off makes room before anything grows.
        if (_side == TruncationSide.Left && _keep < Count / 2)
        {
            KeepLast();
            return;
        }
        if (Count == _ids.Length)
            Array.Resize(ref _ids, (int)Math.Min(_ids.Length * 2L, Array.MaxLength));
        if (!_hasOffsets || _starts.Length >= _ids.Length)
            return;
        Array.Resize(ref _starts, _ids.Length);
        Array.Resize(ref _ends, _ids.Length);
        Array.Resize(ref _trims, _ids.Length);
    }

    private void KeepLast()
    {
        int first = Count - _keep;
        _ids.AsSpan(first, _keep).CopyTo(_ids);
        if (_hasOffsets)
        {
            _starts.AsSpan(first, _keep).CopyTo(_starts);
            _ends.AsSpan(first, _keep).CopyTo(_ends);
            _trims.AsSpan(first, _keep).CopyTo(_trims);
        }
        Count = _keep;
    }
}
