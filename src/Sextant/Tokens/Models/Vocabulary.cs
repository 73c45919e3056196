using System.Numerics;
using System.Runtime.CompilerServices;

namespace Sextant.Tokens;

/// <summary>Tokens and their ids: all texts in one array, found through an open-addressing table. Immutable.</summary>
internal sealed class Vocabulary
{
    private readonly char[] _pool;
    private readonly int[] _starts;
    private readonly int[] _ids;
    private readonly int[] _tokenOfId;
    // Upper half: part of the hash, so that a miss rarely touches a text; lower half: token + 1, 0 for an empty slot.
    private readonly ulong[] _slots;
    private readonly int _shift;

    internal Vocabulary(VocabularyBuilder builder)
    {
        (_pool, _starts, _ids) = builder.Take();
        Count = _ids.Length;
        int longest = 0, highest = -1;
        for (int token = 0; token < Count; token++)
        {
            longest = Math.Max(longest, _starts[token + 1] - _starts[token]);
            highest = Math.Max(highest, _ids[token]);
        }
        (LongestToken, Size) = (longest, highest + 1);
        Hash = new RollingHash(longest);
        int slots = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, Count * 2));
        _slots = new ulong[slots];
        _shift = 64 - BitOperations.Log2((uint)slots);
        _tokenOfId = new int[Size];
        for (int token = 0; token < Count; token++)
        {
            if (_tokenOfId[_ids[token]] != 0)
            {
                throw builder.Refusal($"id {_ids[token]} is given to '{Text(_tokenOfId[_ids[token]] - 1)}' and to "
                    + $"'{Text(token)}'; each id may be used once.");
            }
            _tokenOfId[_ids[token]] = token + 1;
            Insert(token, builder);
        }
    }

    /// <summary>Number of tokens.</summary>
    internal int Count { get; }

    /// <summary>Highest id + 1.</summary>
    internal int Size { get; }

    /// <summary>UTF-16 units of the longest token.</summary>
    internal int LongestToken { get; }

    internal RollingHash Hash { get; }

    internal bool TryGetId(ReadOnlySpan<char> token, out int id)
    {
        id = token.Length <= LongestToken ? Find(Hash.Of(token), default, token) : -1;
        return id >= 0;
    }

    internal bool Contains(int id) => (uint)id < (uint)Size && _tokenOfId[id] != 0;

    /// <summary>Text of an id that <see cref="Contains"/>.</summary>
    internal ReadOnlySpan<char> TextOfId(int id) => Text(_tokenOfId[id] - 1);

    /// <summary>Text of the token that was read as the <paramref name="token"/>th.</summary>
    internal ReadOnlySpan<char> Text(int token) => _pool.AsSpan(_starts[token], _starts[token + 1] - _starts[token]);

    /// <summary>Id of the token <paramref name="prefix"/> + <paramref name="rest"/> with this hash, or −1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int Find(ulong hash, ReadOnlySpan<char> prefix, ReadOnlySpan<char> rest)
    {
        uint tag = Tag(hash);
        for (int slot = Slot(hash); ; slot = (slot + 1) & (_slots.Length - 1))
        {
            ulong entry = _slots[slot];
            if (entry == 0)
                return -1;
            if ((uint)(entry >> 32) == tag && Equal((int)(uint)entry - 1, prefix, rest))
                return _ids[(int)(uint)entry - 1];
        }
    }

    private static uint Tag(ulong hash) => (uint)(hash ^ hash >> 29);

    private int Slot(ulong hash) => (int)((hash * 0x9E3779B97F4A7C15UL) >> _shift);

    private bool Equal(int token, ReadOnlySpan<char> prefix, ReadOnlySpan<char> rest)
    {
        ReadOnlySpan<char> text = Text(token);
        return text.Length == prefix.Length + rest.Length
            && text[prefix.Length..].SequenceEqual(rest) && text.StartsWith(prefix);
    }

    private void Insert(int token, VocabularyBuilder builder)
    {
        ulong hash = Hash.Of(Text(token));
        int slot = Slot(hash);
        for (; _slots[slot] != 0; slot = (slot + 1) & (_slots.Length - 1))
        {
            int other = (int)(uint)_slots[slot] - 1;
            if ((uint)(_slots[slot] >> 32) == Tag(hash) && Text(other).SequenceEqual(Text(token)))
            {
                throw builder.Refusal($"token '{Text(token)}' is there twice, with ids {_ids[other]} and "
                    + $"{_ids[token]}; each token may be there once.");
            }
        }
        _slots[slot] = (ulong)Tag(hash) << 32 | (uint)(token + 1);
    }
}
