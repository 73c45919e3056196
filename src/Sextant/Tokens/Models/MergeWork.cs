namespace Sextant.Tokens;

/// <summary>
/// The symbols of a word, and their merging: always the pair of the lowest rank, of equal ones the leftmost. Reused;
/// grows and never shrinks.
/// </summary>
internal sealed class MergeWork
{
    // Up to here the lowest pair is found by looking at all, beyond in a heap: n log n for any word.
    private const int ShortWord = 24;

    private int[] _ids = new int[64];
    private int[] _lengths = new int[64];
    private int[] _ranks = new int[64];
    private int[] _merged = new int[64];
    private int[] _previous = [];
    private int[] _next = [];
    private ulong[] _heap = [];
    private int _heapCount;

    /// <summary>Number of symbols.</summary>
    internal int Count { get; private set; }

    /// <summary>Tokens of the symbols.</summary>
    internal ReadOnlySpan<int> Ids => _ids.AsSpan(0, Count);

    /// <summary>Their lengths, in the unit they were added with.</summary>
    internal ReadOnlySpan<int> Lengths => _lengths.AsSpan(0, Count);

    internal void Clear() => Count = 0;

    internal void Add(int id, int length)
    {
        if (Count == _ids.Length)
        {
            Array.Resize(ref _ids, Count * 2);
            Array.Resize(ref _lengths, Count * 2);
            Array.Resize(ref _ranks, Count * 2);
            Array.Resize(ref _merged, Count * 2);
        }
        _ids[Count] = id;
        _lengths[Count++] = length;
    }

    internal void Merge(MergeTable merges)
    {
        if (Count > ShortWord)
            MergeLong(merges);
        else
            MergeShort(merges);
    }

    private void MergeShort(MergeTable merges)
    {
        int[] ids = _ids, lengths = _lengths, ranks = _ranks, merged = _merged;
        int count = Count;
        for (int i = 0; i + 1 < count; i++)
            ranks[i] = merges.Find(ids[i], ids[i + 1], out merged[i]);
        while (count > 1)
        {
            int best = 0;
            for (int i = 1; i + 1 < count; i++)
                best = ranks[i] < ranks[best] ? i : best;
            if (ranks[best] == MergeTable.None)
                break;
            ids[best] = merged[best];
            lengths[best] += lengths[best + 1];
            count--;
            for (int i = best + 1; i < count; i++)
                (ids[i], lengths[i], ranks[i], merged[i]) = (ids[i + 1], lengths[i + 1], ranks[i + 1], merged[i + 1]);
            if (best + 1 < count)
                ranks[best] = merges.Find(ids[best], ids[best + 1], out merged[best]);
            if (best > 0)
                ranks[best - 1] = merges.Find(ids[best - 1], ids[best], out merged[best - 1]);
        }
        Count = count;
    }

    // Symbols are linked; a heap holds every pair that merged when it was made, by rank, then position. A pair whose
    // rank is another one by then has changed, and its new form is in the heap as well.
    private void MergeLong(MergeTable merges)
    {
        if (_next.Length < _ids.Length)
            (_previous, _next, _heap) = (new int[_ids.Length], new int[_ids.Length], new ulong[_ids.Length * 3]);
        int[] ids = _ids, lengths = _lengths, previous = _previous, next = _next;
        _heapCount = 0;
        for (int i = 0; i < Count; i++)
        {
            (previous[i], next[i]) = (i - 1, i + 1 < Count ? i + 1 : -1);
            if (i + 1 < Count)
                Push(merges, i, i + 1);
        }
        while (_heapCount > 0)
        {
            ulong top = Pop();
            int left = (int)(uint)top, right = lengths[left] == 0 ? -1 : next[left];
            if (right < 0 || merges.Find(ids[left], ids[right], out int id) != (int)(top >> 32))
                continue;
            ids[left] = id;
            lengths[left] += lengths[right];
            lengths[right] = 0;
            next[left] = next[right];
            if (next[left] >= 0)
            {
                previous[next[left]] = left;
                Push(merges, left, next[left]);
            }
            if (previous[left] >= 0)
                Push(merges, previous[left], left);
        }
        int kept = 0;
        for (int i = 0; i >= 0; i = next[i])
            (ids[kept], lengths[kept++]) = (ids[i], lengths[i]);
        Count = kept;
    }

    // A merge takes one pair out and puts at most two in, so three places for each symbol are enough.
    private void Push(MergeTable merges, int left, int right)
    {
        int rank = merges.Find(_ids[left], _ids[right], out _);
        if (rank == MergeTable.None)
            return;
        ulong entry = (ulong)(uint)rank << 32 | (uint)left;
        int position = _heapCount++;
        while (position > 0 && _heap[(position - 1) / 2] > entry)
        {
            _heap[position] = _heap[(position - 1) / 2];
            position = (position - 1) / 2;
        }
        _heap[position] = entry;
    }

    private ulong Pop()
    {
        ulong top = _heap[0], last = _heap[--_heapCount];
        int position = 0;
        while (true)
        {
            int child = 2 * position + 1;
            if (child >= _heapCount)
                break;
            if (child + 1 < _heapCount && _heap[child + 1] < _heap[child])
                child++;
            if (_heap[child] >= last)
                break;
            _heap[position] = _heap[child];
            position = child;
        }
        _heap[position] = last;
        return top;
    }
}
