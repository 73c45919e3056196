using Sextant.Kernels.Hamming;
using Sextant.Search;

namespace Sextant.Indexes;

/// <summary>The binary codes of all segments, where they are mapped.</summary>
internal sealed unsafe class SegmentTiles : TileSource
{
    private readonly ulong*[] _addresses;
    private readonly int[] _firstTiles; // and the number of tiles behind the last
    private readonly int[] _firstIds;
    private readonly int[] _rows;

    public SegmentTiles(IReadOnlyList<Segment> segments, IReadOnlyList<int> firstIds, int codeBytes)
    {
        Words = Math.Max(1, (codeBytes + 7) / 8);
        _addresses = new ulong*[segments.Count];
        _firstTiles = new int[segments.Count + 1];
        (_firstIds, _rows) = ([.. firstIds], [.. segments.Select(one => one.Rows)]);
        for (int i = 0; i < segments.Count; i++)
        {
            _addresses[i] = (ulong*)segments[i].Codes.All();
            _firstTiles[i + 1] = _firstTiles[i] + ((_rows[i] + HammingArguments.TileCodes - 1) / HammingArguments.TileCodes);
            Count += _rows[i];
        }
    }

    public override int Words { get; }

    public override int Tiles => _firstTiles[^1];

    public override int Count { get; }

    public override ulong* Tile(int tile, out int inARow, out int firstId, out int codes)
    {
        int segment = Array.BinarySearch(_firstTiles, tile);
        if (segment < 0)
            segment = ~segment - 1;
        while (_firstTiles[segment + 1] == tile) // empty segments begin at the same tile
            segment++;
        int place = tile - _firstTiles[segment];
        inARow = _firstTiles[segment + 1] - tile;
        firstId = _firstIds[segment] + (place * HammingArguments.TileCodes);
        codes = _rows[segment] - (place * HammingArguments.TileCodes);
        return _addresses[segment] + ((long)place * Words * HammingArguments.TileCodes);
    }
}
