using Sextant.Kernels.Hamming;

namespace Sextant.Measurement.Cases;

/// <summary>Random codes in tiles of eight, another copy of them for each run, so that they come from memory.</summary>
internal sealed unsafe class ColdCodes
{
    private const int TileCodes = HammingArguments.TileCodes;
    private readonly byte* _pointer;
    private readonly int _places;
    private int _place;

    /// <param name="count">Codes.</param>
    /// <param name="bits">Bits of a code.</param>
    /// <param name="cold">Memory that holds as many copies as fit.</param>
    /// <param name="allocate">Gives memory where not even one copy fits.</param>
    public ColdCodes(int count, int bits, ColdMemory cold, Allocator allocate)
    {
        Words = Math.Clamp((bits + 63) / 64, 1, HammingArguments.MaxWords);
        Tiles = (count + TileCodes - 1) / TileCodes;
        Bytes = (long)Tiles * TileCodes * Words * sizeof(ulong);
        _places = (int)Math.Max(1, cold.Bytes / Bytes);
        _pointer = cold.Pointer;
        if (Bytes > cold.Bytes)
        {
            _pointer = (byte*)allocate(Bytes);
            RandomData.FillBits(_pointer, Bytes, 2);
        }
    }

    public delegate void* Allocator(long bytes);

    public int Words { get; }

    public int Tiles { get; }

    /// <summary>Bytes of all codes.</summary>
    public long Bytes { get; }

    /// <summary>Goes on to the next copy.</summary>
    public void Turn() => _place = _place + 1 == _places ? 0 : _place + 1;

    public ulong* Tile(nint tile) => (ulong*)(_pointer + (_place * Bytes)) + (tile * Words * TileCodes);

    /// <summary>A bit of a code.</summary>
    public bool Bit(nint code, int bit) =>
        ((Tile(code / TileCodes)[(bit / 64 * TileCodes) + (code % TileCodes)] >> (bit % 64)) & 1) != 0;

    /// <summary>The distance of a query to a code, bit by bit.</summary>
    public int Distance(ulong* query, nint code)
    {
        ulong* tile = Tile(code / TileCodes);
        int distance = 0;
        for (int bit = 0; bit < Words * 64; bit++)
            distance += (int)(((tile[(bit / 64 * TileCodes)
                + (code % TileCodes)] ^ query[bit / 64]) >> (bit % 64)) & 1);
        return distance;
    }
}
