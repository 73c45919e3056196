using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Sextant.Kernels.Hamming;

namespace Sextant.Search;

/// <summary>
/// The k nearest codes for one query, out of codes that are offered in ascending order of their ids. Distances are
/// small integers, so they are counted, never compared with each other.
/// </summary>
/// <remarks>
/// <see cref="_limit"/> is the distance of the k-th best so far: a later code at that distance has a larger id and
/// loses its tie, so only what is strictly nearer is kept, and one comparison refuses nearly all codes of a long scan.
/// What is kept stays in the order of ids; a counting sort, which is stable, then gives the order (distance, id).
/// Unmanaged, so that it lives in the memory of a search.
/// </remarks>
internal unsafe struct NearestCodes
{
    private int* _counts;      // kept codes at each distance; right below the limit, which never rises
    private BinaryHit* _kept;
    private int _keptCount;
    private int _capacity;
    private int _k;
    private int _limit;
    private int _below;        // kept codes at distances below the limit: less than k

    /// <summary>Bytes that a state for <paramref name="k"/> hits among codes of some length needs.</summary>
    public static long Bytes(int bits, int k) =>
        (CountsLength(bits) * sizeof(int)) + (Capacity(k) * sizeof(BinaryHit));

    /// <summary>Codes at this distance, and farther, need not be offered any more.</summary>
    public readonly int Limit => _limit;

    /// <summary>Begins a search for the <paramref name="k"/> nearest below <paramref name="limit"/>.</summary>
    public void Begin(byte* memory, int bits, int k, int limit)
    {
        _counts = (int*)memory;
        new Span<int>(_counts, (int)CountsLength(bits)).Clear();
        _kept = (BinaryHit*)(_counts + CountsLength(bits));
        _capacity = (int)Capacity(k);
        (_k, _limit, _keptCount, _below) = (k, limit, 0, 0);
    }

    /// <summary>Whether an id's bit is set, or there are no bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsAllowed(ulong* allowed, int id) =>
        allowed == null || (allowed[id / 64] & (1ul << (id % 64))) != 0;

    /// <summary>Offers the codes firstId, firstId + 1, …, of which those whose bits are set may be kept.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Offer(int* distances, int count, int firstId, ulong* allowed)
    {
        const int Step = 16;
        for (int i = 0; i < count;)
        {
            Vector512<int> limit = Vector512.Create(_limit);
            while (i <= count - Step && !Vector512.LessThanAny(Vector512.Load(distances + i), limit))
                i += Step;
            for (int end = Math.Min(count, i + Step); i < end; i++)
            {
                if (distances[i] < _limit && IsAllowed(allowed, firstId + i))
                    Keep(new BinaryHit(firstId + i, distances[i]));
            }
        }
    }

    /// <summary>Offers those of a block's codes that may be near, out of the planes of their distances.</summary>
    /// <param name="near">[8]: bit t of word l stands for code 8 · t + l.</param>
    /// <param name="may">[8]: the codes that may be found, likewise.</param>
    /// <param name="planes">[count, 8]: their distances, as <see cref="HammingBatchArguments"/> says.</param>
    /// <param name="count">Planes.</param>
    /// <param name="firstId">Id of the block's first code.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Offer(ulong* near, ulong* may, ulong* planes, int count, int firstId)
    {
        const int Codes = HammingArguments.TileCodes;
        Vector512<ulong> found = Vector512.Load(near) & Vector512.Load(may);
        if (found == Vector512<ulong>.Zero)
            return;
        ulong tiles = 0;
        for (int code = 0; code < Codes; code++)
            tiles |= near[code] & may[code];
        for (; tiles != 0; tiles &= tiles - 1)
        {
            int tile = BitOperations.TrailingZeroCount(tiles);
            for (int code = 0; code < Codes; code++)
            {
                if ((near[code] & may[code] & (1ul << tile)) == 0)
                    continue;
                int distance = HammingBatchArguments.Distance(planes, count, tile, code);
                if (distance < _limit)
                    Keep(new BinaryHit(firstId + (tile * Codes) + code, distance));
            }
        }
    }

    // Writes the best k over states of ascending ids (count of them, stride apart) into hits, in order, and returns how
    // many that are. Starts is memory for bits + 2 numbers.
    public static int Merge(NearestCodes* states, int count, int stride, Span<int> starts, int k, Span<BinaryHit> hits)
    {
        starts.Clear();
        int total = 0;
        for (int i = 0; i < count; i++)
        {
            NearestCodes* state = states + ((nint)i * stride);
            state->DropWhatLost();
            for (int hit = 0; hit < state->_keptCount; hit++)
                starts[state->_kept[hit].Distance + 1]++;
            total += state->_keptCount;
        }
        for (int distance = 1; distance < starts.Length; distance++)
            starts[distance] += starts[distance - 1];
        k = Math.Min(k, total);
        for (int i = 0; i < count; i++)
        {
            NearestCodes* state = states + ((nint)i * stride);
            for (int hit = 0; hit < state->_keptCount; hit++)
            {
                int position = starts[state->_kept[hit].Distance]++;
                if (position < k)
                    hits[position] = state->_kept[hit];
            }
        }
        return k;
    }

    // Even, so that the hits after the counts are aligned.
    private static long CountsLength(int bits) => ((long)bits + 3) & ~1L;

    // Room for at least as many again: what lost is dropped in one pass, rarely.
    private static long Capacity(int k) => Math.Min(int.MaxValue, k + (long)Math.Max(k, 512));

    private void Keep(BinaryHit hit)
    {
        if (_keptCount == _capacity)
            DropWhatLost();
        _kept[_keptCount++] = hit;
        _counts[hit.Distance]++;
        _below++;
        while (_below >= _k)
            _below -= _counts[--_limit];
    }

    private void DropWhatLost()
    {
        int atLimit = _k - _below;
        int left = 0;
        for (int i = 0; i < _keptCount; i++)
        {
            BinaryHit hit = _kept[i];
            if (hit.Distance < _limit || (hit.Distance == _limit && atLimit-- > 0))
                _kept[left++] = hit;
        }
        _keptCount = left;
    }
}
