using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Sextant.Search;

namespace Sextant.Indexes;

/// <summary>The RaBitQ codes of all segments, where they are mapped.</summary>
internal sealed unsafe class RaBitQSegments(IReadOnlyList<Segment> segments, int[] firstIds, CodeLayout layout)
    : RaBitQSource
{
    private readonly SegmentTiles _tiles = new(segments, firstIds, layout);

    public override TileSource Tiles => _tiles;

    public override float* Numbers(int tile, int codes, int position)
    {
        Segment segment = segments[_tiles.Locate(tile, out int row)];
        ReadOnlySpan<byte> numbers = segment.Codes.Bytes(
            layout.PlaceOfFactors(segment.Rows, position) + ((long)row * sizeof(float)), (long)codes * sizeof(float));
        return (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(numbers)); // mapped: it does not move
    }
}
