using System.Numerics;
using System.Runtime.CompilerServices;

namespace Sextant.Tokens;

/// <summary>What two neighbouring tokens merge to, and how early: an open-addressing table. Immutable.</summary>
internal sealed class MergeTable
{
    /// <summary>The rank of a pair that does not merge.</summary>
    internal const int None = int.MaxValue;

    private readonly Entry[] _entries;
    private readonly int _shift;

    /// <summary>
    /// Makes the table of a file's merges; the second part of each begins with <paramref name="prefix"/>, which goes.
    /// </summary>
    internal MergeTable(VocabularyBuilder merges, Vocabulary vocabulary, string prefix)
    {
        (char[] pool, int[] starts, _) = merges.Take();
        int count = merges.Count / 2;
        int slots = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, count * 2));
        (_entries, _shift) = (new Entry[slots], 64 - BitOperations.Log2((uint)slots));
        Array.Fill(_entries, new Entry(ulong.MaxValue, None, 0));
        char[] joined = new char[2 * VocabularyBuilder.TokenLimit];
        for (int rank = 0; rank < count; rank++)
        {
            ReadOnlySpan<char> first = pool.AsSpan(starts[2 * rank]..starts[2 * rank + 1]);
            ReadOnlySpan<char> second = pool.AsSpan(starts[2 * rank + 1]..starts[2 * rank + 2]);
            if (!second.StartsWith(prefix))
                throw Refusal(merges, rank, first, second, $"'{second}' does not begin with the prefix '{prefix}'");
            first.CopyTo(joined);
            second[prefix.Length..].CopyTo(joined.AsSpan(first.Length));
            ReadOnlySpan<char> merged = joined.AsSpan(0, first.Length + second.Length - prefix.Length);
            if (!vocabulary.TryGetId(first, out int left) || !vocabulary.TryGetId(second, out int right)
                || !vocabulary.TryGetId(merged, out int id))
            {
                throw Refusal(merges, rank, first, second, "the vocabulary lacks one of its parts or their sum");
            }
            Insert(Key(left, right), rank, id);
        }
    }

    /// <summary>The rank of a pair, or <see cref="None"/>, and the id it merges to.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int Find(int left, int right, out int id)
    {
        ulong key = Key(left, right);
        Entry[] entries = _entries;
        for (int slot = Slot(key); ; slot = (slot + 1) & (entries.Length - 1))
        {
            ref readonly Entry entry = ref entries[slot];
            if (entry.Key == key || entry.Key == ulong.MaxValue)
            {
                id = entry.Id;
                return entry.Rank;
            }
        }
    }

    private static ulong Key(int left, int right) => (ulong)(uint)left << 32 | (uint)right;

    private static InvalidModelException Refusal(
        VocabularyBuilder merges, int rank, ReadOnlySpan<char> first, ReadOnlySpan<char> second, string problem) =>
        merges.Refusal($"'model.merges', merge {rank} of '{ComponentFields.Short(first.ToString())}' and "
            + $"'{ComponentFields.Short(second.ToString())}': {problem}.");

    private int Slot(ulong key) => (int)((key * 0x9E3779B97F4A7C15UL) >> _shift);

    // Of equal merges the last one listed counts.
    private void Insert(ulong key, int rank, int id)
    {
        int slot = Slot(key);
        while (_entries[slot].Key != ulong.MaxValue && _entries[slot].Key != key)
            slot = (slot + 1) & (_entries.Length - 1);
        _entries[slot] = new Entry(key, rank, id);
    }

    private readonly record struct Entry(ulong Key, int Rank, int Id);
}
