using Sextant.Runtime;
using Sextant.Search;

namespace Sextant.Indexes;

/// <summary>The centroids of an index's inverted lists, in the tiles that the Hamming kernels read. Thread-safe.</summary>
internal sealed unsafe class CentroidTiles : TileSource
{
    private const int CodesAtOnce = 1024;

    private readonly NativeBlock _tiles;
    private readonly CodeLayout _layout;
    private readonly int _bits;

    /// <param name="bits">Length of a code.</param>
    /// <param name="layout">How codes lie in tiles.</param>
    /// <param name="centroids">[lists, bytes of a code].</param>
    public CentroidTiles(int bits, CodeLayout layout, ReadOnlySpan<byte> centroids)
    {
        (_bits, _layout, Count) = (bits, layout, centroids.Length / layout.RowBytes);
        ReadOnlySpan<byte> section = layout.Section(centroids, Count).Span;
        _tiles = new NativeBlock(section.Length); // freed with this, when no commit has it any more
        section.CopyTo(new Span<byte>(_tiles.Pointer, section.Length));
    }

    /// <summary>Lists there are.</summary>
    public override int Count { get; }

    public override int Words => _layout.Words;

    public override int Tiles => (Count + TileCodes - 1) / TileCodes;

    private static int TileCodes => Kernels.Hamming.HammingArguments.TileCodes;

    public override ulong* Tile(int tile, out int inARow, out int firstId, out int codes)
    {
        (inARow, firstId) = (Tiles - tile, tile * TileCodes);
        codes = Count - firstId;
        return (ulong*)_tiles.Pointer + ((long)tile * Words * TileCodes);
    }

    /// <summary>The nearest centroid of each code, the first of equal ones.</summary>
    /// <param name="codes">[n, bytes of a code].</param>
    /// <param name="nearest">Receives [n].</param>
    public void Nearest(ReadOnlySpan<byte> codes, Span<int> nearest)
    {
        using var memory = new SearchMemory();
        var search = new HammingSearch(_bits, ThreadTeam.Shared, memory);
        int bytes = _layout.RowBytes;
        var hits = new BinaryHit[Math.Min(nearest.Length, CodesAtOnce)];
        for (int first = 0; first < nearest.Length; first += CodesAtOnce)
        {
            int some = Math.Min(CodesAtOnce, nearest.Length - first);
            search.Nearest(this, codes.Slice(first * bytes, some * bytes), bytes, 1, hits, null);
            for (int i = 0; i < some; i++)
                nearest[first + i] = hits[i].Id;
        }
        GC.KeepAlive(this); // tiles are read by their addresses
    }
}
