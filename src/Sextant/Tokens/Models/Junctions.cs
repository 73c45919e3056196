using System.Numerics;
using System.Text;

namespace Sextant.Tokens;

/// <summary>
/// Pairs of code points that some merge brings together. Between two others a word can be cut before anything merges,
/// so a model without a pre-tokenizer, whose words are whole texts, still merges words of ordinary length.
/// </summary>
internal sealed class Junctions
{
    // Open addressing; 0 is an empty slot.
    private readonly ulong[] _slots;
    private readonly int _shift;

    private Junctions(HashSet<ulong> pairs)
    {
        int slots = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, pairs.Count * 3));
        (_slots, _shift) = (new ulong[slots], 64 - BitOperations.Log2((uint)slots));
        foreach (ulong pair in pairs)
        {
            int slot = Slot(pair);
            while (_slots[slot] != 0)
                slot = (slot + 1) & (_slots.Length - 1);
            _slots[slot] = pair;
        }
    }

    /// <summary>
    /// Collects the pairs of a list of merges, or gives null where a merge takes a token that is not spelled by its
    /// code points: a byte, or the unknown token <paramref name="unknown"/>.
    /// </summary>
    internal static Junctions? Of(VocabularyBuilder merges, string? unknown)
    {
        (char[] pool, int[] starts, _) = merges.Take();
        var pairs = new HashSet<ulong>();
        for (int merge = 0; merge + 1 < merges.Count; merge += 2)
        {
            ReadOnlySpan<char> first = pool.AsSpan(starts[merge]..starts[merge + 1]);
            ReadOnlySpan<char> second = pool.AsSpan(starts[merge + 1]..starts[merge + 2]);
            if (first.IsEmpty || second.IsEmpty || IsOpaque(first, unknown) || IsOpaque(second, unknown))
                return null;
            Rune.DecodeLastFromUtf16(first, out Rune before, out _);
            Rune.DecodeFromUtf16(second, out Rune after, out _);
            pairs.Add(Key(before.Value, after.Value));
        }
        return new Junctions(pairs);
    }

    /// <summary>Whether some merge brings these code points together.</summary>
    internal bool Contains(int before, int after)
    {
        ulong key = Key(before, after);
        for (int slot = Slot(key); ; slot = (slot + 1) & (_slots.Length - 1))
        {
            if (_slots[slot] == key || _slots[slot] == 0)
                return _slots[slot] != 0;
        }
    }

    private static ulong Key(int before, int after) => 1UL << 63 | (ulong)(uint)before << 32 | (uint)after;

    private static bool IsOpaque(ReadOnlySpan<char> token, string? unknown) =>
        token.Contains("<0x", StringComparison.Ordinal)
        || (unknown is not null && token.Contains(unknown, StringComparison.Ordinal));

    private int Slot(ulong key) => (int)((key * 0x9E3779B97F4A7C15UL) >> _shift);
}
