namespace Sextant.Batches;

/// <summary>
/// Encoded sequences of one window of a call, and the order in which they are batched: longest first.
/// </summary>
/// <remarks>Not thread-safe. Grows to the largest window and is used again and again.</remarks>
internal sealed class SequenceStore
{
    private int[] _ids = [];
    private int[] _typeIds = [];
    private int[] _starts = [0];
    private int[] _skips = [];
    private int[] _unseen = [];
    private long[] _order = [];
    private int _next;

    /// <summary>Sequences.</summary>
    public int Count { get; private set; }

    /// <summary>Tokens of all sequences.</summary>
    public int Tokens { get; private set; }

    public void Clear() => Count = Tokens = _next = 0;

    /// <summary>
    /// Adds a sequence; <paramref name="skip"/> tokens at its start are a prompt that pooling leaves out, and the last
    /// <paramref name="unseen"/> are seen by no token.
    /// </summary>
    public void Add(ReadOnlySpan<int> ids, ReadOnlySpan<int> typeIds, int skip, int unseen = 0)
    {
        int end = Tokens + ids.Length;
        Grow(ref _ids, end);
        Grow(ref _typeIds, end);
        Grow(ref _starts, Count + 2);
        Grow(ref _skips, Count + 1);
        Grow(ref _unseen, Count + 1);
        Grow(ref _order, Count + 1);
        ids.CopyTo(_ids.AsSpan(Tokens));
        if (typeIds.IsEmpty)
            _typeIds.AsSpan(Tokens, ids.Length).Clear();
        else
            typeIds.CopyTo(_typeIds.AsSpan(Tokens));
        _skips[Count] = skip;
        _unseen[Count] = unseen;
        Count++;
        EndAt(end);
    }

    /// <summary>Puts a token into the sequence that was added last, at a position, with type 0.</summary>
    public void Insert(int position, int id)
    {
        int at = _starts[Count - 1] + position, end = Tokens + 1;
        Grow(ref _ids, end);
        Grow(ref _typeIds, end);
        _ids.AsSpan(at, Tokens - at).CopyTo(_ids.AsSpan(at + 1));
        _typeIds.AsSpan(at, Tokens - at).CopyTo(_typeIds.AsSpan(at + 1));
        (_ids[at], _typeIds[at]) = (id, 0);
        EndAt(end);
    }

    /// <summary>
    /// Appends a token <paramref name="count"/> times to the sequence that was added last, with type 0, where no token
    /// sees the last <paramref name="unseen"/>.
    /// </summary>
    public void Extend(int id, int count, int unseen)
    {
        int end = Tokens + count;
        Grow(ref _ids, end);
        Grow(ref _typeIds, end);
        _ids.AsSpan(Tokens, count).Fill(id);
        _typeIds.AsSpan(Tokens, count).Clear();
        _unseen[Count - 1] = unseen;
        EndAt(end);
    }

    public void Sort() => Array.Sort(_order, 0, Count);

    /// <summary>
    /// Fills a batch with the next sequences, up to a budget of tokens and of sequences; one sequence may exceed the
    /// tokens. Returns where in the order they begin; nothing is added when all were taken.
    /// </summary>
    public int NextBatch(PackedBatch batch, int tokenBudget, out int longest, int maxSequences = int.MaxValue)
    {
        int first = _next;
        batch.Clear();
        longest = 0;
        for (; _next < Count; _next++)
        {
            int sequence = (int)_order[_next];
            int start = _starts[sequence];
            int length = _starts[sequence + 1] - start;
            // Sequences without tokens come last and are in no batch.
            if (length == 0)
                break;
            if (batch.Sequences > 0 && (batch.Tokens + length > tokenBudget || batch.Sequences == maxSequences))
                break;
            batch.Add(
                _ids.AsSpan(start, length), _typeIds.AsSpan(start, length), _skips[sequence], _unseen[sequence]);
            longest = Math.Max(longest, length);
        }
        return first;
    }

    /// <summary>Tokens of a sequence, counted in the order in which they were added.</summary>
    public int LengthOf(int sequence) => _starts[sequence + 1] - _starts[sequence];

    /// <summary>Ids, types and tokens to skip of a sequence, counted in the order in which they were added.</summary>
    public (int[] Ids, int[] TypeIds, int Skip) CopyOf(int sequence)
    {
        Range range = _starts[sequence].._starts[sequence + 1];
        return (_ids[range], _typeIds[range], _skips[sequence]);
    }

    /// <summary>Takes batches again from a position of the order.</summary>
    public void GoBackTo(int position) => _next = position;

    /// <summary>Which sequence stands at a position of the order.</summary>
    public int SequenceAt(int position) => (int)_order[position];

    // Longest first, then in the order given: the last batch is the smallest.
    private void EndAt(int end)
    {
        int last = Count - 1;
        _order[last] = ((long)(int.MaxValue - (end - _starts[last])) << 32) | (uint)last;
        Tokens = _starts[Count] = end;
    }

    private static void Grow<T>(ref T[] array, int length)
    {
        if (array.Length < length)
            Array.Resize(ref array, Math.Max(length, 2 * array.Length));
    }
}
