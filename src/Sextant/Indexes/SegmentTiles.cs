using Sextant.Kernels.Hamming;
using Sextant.Search;

namespace Sextant.Indexes;

/// <summary>The codes of all segments where they are mapped, or one plane of them.</summary>
/// <remarks>
/// Until a section is checked, tiles are given out by blocks of 64 KiB, each checked first: so the first scan checks
/// what it is about to read anyway, on all its threads.
/// </remarks>
internal sealed unsafe class SegmentTiles : TileSource
{
    private readonly IReadOnlyList<Segment> _segments;
    private readonly int[] _firstTiles; // and the number of tiles after the last
    private readonly int[] _firstIds;
    private readonly CodeLayout _layout;
    private readonly int _plane;

    public SegmentTiles(IReadOnlyList<Segment> segments, int[] firstIds, CodeLayout layout, int plane = 0)
    {
        (_segments, _firstIds, _layout, _plane) = (segments, firstIds, layout, plane);
        _firstTiles = new int[segments.Count + 1];
        for (int i = 0; i < segments.Count; i++)
        {
            int rows = segments[i].Rows;
            _firstTiles[i + 1] = _firstTiles[i]
                + (int)((rows + HammingArguments.TileCodes - 1L) / HammingArguments.TileCodes);
            Count += rows;
        }
    }

    public override int Words => _layout.Words;

    public override int Tiles => _firstTiles[^1];

    public override int Count { get; }

    private long TileBytes => (long)Words * HammingArguments.TileCodes * sizeof(ulong);

    public override ulong* Tile(int tile, out int inARow, out int firstId, out int codes)
    {
        int number = Locate(tile, out int row);
        Segment segment = _segments[number];
        long first = (_plane * _layout.LengthOfPlane(segment.Rows)) + (row / HammingArguments.TileCodes * TileBytes);
        inARow = _firstTiles[number + 1] - tile;
        if (!segment.Codes.IsChecked)
        {
            long block = ((first + TileBytes - 1) / IndexFormat.BlockBytes + 1) * IndexFormat.BlockBytes;
            inARow = (int)Math.Min(inARow, Math.Max(1, (block - first) / TileBytes));
            segment.Codes.Bytes(first, inARow * TileBytes);
        }
        firstId = _firstIds[number] + row;
        codes = (int)Math.Min(segment.Rows - row, (long)inARow * HammingArguments.TileCodes);
        return (ulong*)(segment.Codes.Start + first);
    }

    /// <summary>The segment that a tile is of, and its first row there.</summary>
    public int Locate(int tile, out int row)
    {
        int segment = Array.BinarySearch(_firstTiles, tile);
        if (segment < 0)
            segment = ~segment - 1;
        while (_firstTiles[segment + 1] == tile) // empty segments begin at the same tile
            segment++;
        row = (tile - _firstTiles[segment]) * HammingArguments.TileCodes;
        return segment;
    }
}
