using System.Numerics;
using System.Runtime.InteropServices;

namespace Sextant.Search;

/// <summary>A set of ids from 0 up, a bit for each: what a filter hands to a scan.</summary>
/// <remarks>Reading is thread-safe; changing needs the set for itself.</remarks>
public sealed unsafe class IdSet
{
    // Pinned, so that scans read it by its address.
    private readonly ulong[] _words;

    /// <summary>Creates an empty set.</summary>
    /// <param name="capacity">Ids are 0 … capacity − 1.</param>
    public IdSet(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        Capacity = capacity;
        // A word more than needed: scans read whole bytes of tiles that end after the last id.
        _words = GC.AllocateArray<ulong>((int)(((long)capacity + 63) / 64) + 1, pinned: true);
    }

    /// <summary>The set of the ids that a predicate accepts.</summary>
    public IdSet(int capacity, Predicate<int> accepts)
        : this(capacity)
    {
        ArgumentNullException.ThrowIfNull(accepts);
        for (int id = 0; id < capacity; id++)
        {
            if (accepts(id))
                Add(id);
        }
    }

    /// <summary>Ids are 0 … Capacity − 1.</summary>
    public int Capacity { get; }

    /// <summary>How many ids are in the set.</summary>
    public int Count
    {
        get
        {
            int count = 0;
            foreach (ulong word in _words)
                count += BitOperations.PopCount(word);
            return count;
        }
    }

    /// <summary>The index that made this set and left out what is deleted; null: somebody else made it.</summary>
    internal object? MadeBy { get; init; }

    internal ulong* Pointer => (ulong*)Marshal.UnsafeAddrOfPinnedArrayElement(_words, 0);

    /// <summary>Whether an id is in the set; false for ids beyond the capacity.</summary>
    public bool Contains(int id) =>
        (uint)id < (uint)Capacity && (_words[id / 64] & (1ul << (id % 64))) != 0;

    /// <summary>Adds an id.</summary>
    public void Add(int id)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)id, (uint)Capacity, nameof(id));
        _words[id / 64] |= 1ul << (id % 64);
    }

    /// <summary>Adds the ids first … end − 1.</summary>
    public void AddRange(int first, int end)
    {
        for (int id = first; id < end;)
        {
            if (id % 64 == 0 && end - id >= 64 && id + 64 <= Capacity)
            {
                _words[id / 64] = ulong.MaxValue;
                id += 64;
                continue;
            }
            Add(id++);
        }
    }

    /// <summary>Takes an id out.</summary>
    public void Remove(int id)
    {
        if ((uint)id < (uint)Capacity)
            _words[id / 64] &= ~(1ul << (id % 64));
    }

    /// <summary>Takes out what is not in another set.</summary>
    public void IntersectWith(IdSet other)
    {
        ArgumentNullException.ThrowIfNull(other);
        for (int i = 0; i < _words.Length; i++)
            _words[i] &= i < other._words.Length ? other._words[i] : 0;
    }

    /// <summary>Adds what is in another set of at most this capacity.</summary>
    public void UnionWith(IdSet other)
    {
        ArgumentNullException.ThrowIfNull(other);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(other.Capacity, Capacity, nameof(other));
        for (int i = 0; i < other._words.Length; i++)
            _words[i] |= other._words[i];
    }

    // Refuses a set that ids of the index would not fit into.
    internal static void Require(IdSet? allowed, int ids)
    {
        if (allowed is not null && allowed.Capacity < ids)
        {
            throw new ArgumentException(
                FormattableString.Invariant(
                    $"the set of allowed ids has room for {allowed.Capacity}; the index has {ids}."));
        }
    }
}
