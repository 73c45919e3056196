namespace Sextant.Search;

/// <summary>Keeps the best of many hits in memory of the caller: nothing is allocated.</summary>
/// <remarks>
/// While hits are offered, the span is a heap with the worst kept hit at its root, so that one comparison refuses
/// nearly all offers of a long scan. The order is total (score descending, then id ascending), so the result does not
/// depend on the order of the offers.
/// </remarks>
internal ref struct BestHits
{
    private readonly Span<Hit> _heap;
    private int _count;

    /// <summary>Collects into <paramref name="memory"/>; at most its length is kept.</summary>
    public BestHits(Span<Hit> memory) => _heap = memory;

    /// <summary>Goes on collecting where memory holds what another collector has kept so far, unsorted.</summary>
    internal BestHits(Span<Hit> memory, int count)
    {
        _heap = memory;
        _count = count;
    }

    /// <summary>How many hits are kept by now.</summary>
    public readonly int Count => _count;

    /// <summary>The score of the worst kept hit; negative infinity while any hit is kept.</summary>
    internal readonly float Worst =>
        _count == _heap.Length && _count > 0 ? _heap[0].Score : float.NegativeInfinity;

    /// <summary>Keeps the hit when it is among the best so far; says whether it was kept.</summary>
    /// <exception cref="ArgumentException">The score is NaN, which has no place in an order.</exception>
    public bool Offer(Hit hit)
    {
        // One comparison for the common case. A NaN falls through it, into the check below.
        if (_count == _heap.Length && (_count == 0 || hit.Score < _heap[0].Score))
            return false;
        if (float.IsNaN(hit.Score))
        {
            throw ScoreOverflow.Error(
                $"the score of vector {hit.Id} is not a number: the values are so large that their products overflow.");
        }
        if (_count < _heap.Length)
        {
            RaiseFrom(_count++, hit);
            return true;
        }
        if (!hit.IsBefore(_heap[0]))
            return false;
        SinkFromRoot(hit, _count);
        return true;
    }

    /// <summary>
    /// Puts the kept hits into order, best first, and returns how many there are. Offer no more afterwards.
    /// </summary>
    public int Sort()
    {
        for (int last = _count - 1; last > 0; last--)
        {
            Hit worst = _heap[0];
            SinkFromRoot(_heap[last], last);
            _heap[last] = worst;
        }
        return _count;
    }

    private readonly void RaiseFrom(int position, Hit hit)
    {
        while (position > 0)
        {
            int parent = (position - 1) / 2;
            if (!_heap[parent].IsBefore(hit))
                break;
            _heap[position] = _heap[parent];
            position = parent;
        }
        _heap[position] = hit;
    }

    private readonly void SinkFromRoot(Hit hit, int count)
    {
        int position = 0;
        while (true)
        {
            int child = (2 * position) + 1;
            if (child >= count)
                break;
            if (child + 1 < count && _heap[child].IsBefore(_heap[child + 1]))
                child++;
            if (!hit.IsBefore(_heap[child]))
                break;
            _heap[position] = _heap[child];
            position = child;
        }
        _heap[position] = hit;
    }
}
