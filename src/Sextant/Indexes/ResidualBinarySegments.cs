using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Sextant.Search;

namespace Sextant.Indexes;

/// <summary>The residual binary codes of all segments, where they are mapped.</summary>
internal sealed unsafe class ResidualBinarySegments : ResidualBinarySource
{
    private readonly IReadOnlyList<Segment> _segments;
    private readonly SegmentTiles[] _levels;

    public ResidualBinarySegments(IReadOnlyList<Segment> segments, int[] firstIds, CodeLayout layout)
    {
        _segments = segments;
        _levels = new SegmentTiles[layout.Planes];
        for (int level = 0; level < _levels.Length; level++)
            _levels[level] = new SegmentTiles(segments, firstIds, layout, level);
    }

    public override TileSource Level(int level) => _levels[level];

    public override float* Lengths(int tile, int codes)
    {
        int segment = _levels[0].Locate(tile, out int row);
        ReadOnlySpan<byte> lengths =
            _segments[segment].Lengths!.Bytes((long)row * sizeof(float), (long)codes * sizeof(float));
        return (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(lengths)); // mapped: it does not move
    }
}
