using System.Numerics;

namespace Sextant.Search;

/// <summary>All codes by one piece of them: bits first … first + bits − 1 of a code's words, low ones first.</summary>
/// <remarks>
/// Bytes of a code are the bytes of its words, whose bits run from the most significant: which bits are a piece does
/// not matter for a distance, as long as they are the same ones in all codes. Unused bits of the last byte are zero in
/// all.
/// </remarks>
internal sealed class MultiHashTable
{
    private readonly int _first;
    private readonly int[] _starts; // [2^bits + 1]
    private readonly int[] _ids;

    public MultiHashTable(ReadOnlySpan<ulong> words, int wordCount, int first, int bits)
    {
        (_first, Bits) = (first, bits);
        int count = words.Length / wordCount;
        _starts = new int[(1 << bits) + 1];
        for (int id = 0; id < count; id++)
            _starts[Key(words.Slice(id * wordCount, wordCount)) + 1]++;
        for (int i = 1; i < _starts.Length; i++)
            _starts[i] += _starts[i - 1];
        _ids = new int[count];
        int[] positions = _starts[..^1];
        for (int id = 0; id < count; id++)
            _ids[positions[Key(words.Slice(id * wordCount, wordCount))]++] = id;
    }

    /// <summary>Length of the piece.</summary>
    public int Bits { get; }

    /// <summary>
    /// The piece of a code. Positions run from each byte's most significant bit on, as dimensions do.
    /// </summary>
    public uint Key(ReadOnlySpan<ulong> words)
    {
        uint key = 0;
        for (int i = 0; i < Bits; i++)
        {
            int dimension = _first + i;
            int position = (dimension & ~7) + 7 - (dimension & 7);
            key |= (uint)((words[position / 64] >> (position % 64)) & 1) << i;
        }
        return key;
    }

    public ReadOnlySpan<int> Ids(uint key) => _ids.AsSpan(_starts[key].._starts[key + 1]);

    /// <summary>How many keys are at a distance from one.</summary>
    public long RingSize(int ring)
    {
        if (ring > Bits)
            return 0;
        long size = 1;
        for (int i = 0; i < ring; i++)
            size = size * (Bits - i) / (i + 1);
        return size;
    }

    /// <summary>The least number with so many bits set; 0 for none.</summary>
    public static ulong FirstOf(int ring) => ring >= 63 ? ulong.MaxValue : (1ul << ring) - 1;

    /// <summary>The next number with as many bits set.</summary>
    public static ulong Next(ulong mask)
    {
        if (mask == 0)
            return ulong.MaxValue;
        ulong lowest = mask & (0 - mask), carried = mask + lowest;
        return carried | (((mask ^ carried) >> 2) >> BitOperations.TrailingZeroCount(lowest));
    }
}
