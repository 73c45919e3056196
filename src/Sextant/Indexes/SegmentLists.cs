using System.Runtime.InteropServices;
using Sextant.Kernels.Hamming;
using Sextant.Search;

namespace Sextant.Indexes;

/// <summary>The inverted file over a segment's codes, where it is mapped. Reading is thread-safe.</summary>
internal sealed unsafe class SegmentLists : TileSource
{
    private const int TileCodes = HammingArguments.TileCodes;

    private readonly CodeLayout _layout;
    private readonly int _rows;
    private readonly Section _centroids;
    private readonly Section _starts;
    private readonly Section _order;
    private readonly Section _codes;

    public SegmentLists(CodeLayout layout, int rows, Section centroids, Section starts, Section order, Section codes)
    {
        (_layout, _rows, _centroids, _starts, _order, _codes) = (layout, rows, centroids, starts, order, codes);
        long lists = (starts.Length / sizeof(uint)) - 1;
        if (starts.Length % sizeof(uint) != 0 || lists < 0 || lists > IndexDefinition.MaxLists
            || (lists == 0) != (rows == 0))
            throw starts.Damaged("does not list the rows");
        Count = (int)lists;
        if (centroids.Length != layout.Length(Count))
            throw centroids.Damaged("does not have a centroid for each list");
    }

    /// <summary>Lists there are; as tiles, these are their centroids.</summary>
    public override int Count { get; }

    public override int Words => _layout.Words;

    public override int Tiles => (Count + TileCodes - 1) / TileCodes;

    private int TileBytes => Words * TileCodes * sizeof(ulong);

    public override ulong* Tile(int tile, out int inARow, out int firstId, out int codes)
    {
        (inARow, firstId) = (Tiles - tile, tile * TileCodes);
        codes = Count - firstId;
        return (ulong*)(_centroids.All() + ((long)tile * TileBytes));
    }

    /// <summary>Where a list's codes begin and end among all codes by lists.</summary>
    public (int Start, int End) Range(int list)
    {
        uint start = _starts.Element<uint>(list), end = _starts.Element<uint>(list + 1);
        return start <= end && end <= (uint)_rows
            ? ((int)start, (int)end)
            : throw _starts.Damaged("is not in ascending order");
    }

    /// <summary>Tiles of codes by lists, checked.</summary>
    public ulong* Codes(int tile, int count)
    {
        if (!_codes.IsChecked)
            _codes.Bytes((long)tile * TileBytes, (long)count * TileBytes);
        return (ulong*)(_codes.Start + ((long)tile * TileBytes));
    }

    /// <summary>The rows of some codes by lists.</summary>
    public ReadOnlySpan<uint> Rows(int start, int end) => MemoryMarshal.Cast<byte, uint>(
        _order.Bytes((long)start * sizeof(uint), (long)(end - start) * sizeof(uint)));

    /// <summary>The row, which must be one of the segment's.</summary>
    public int Require(uint row) =>
        row < (uint)_rows ? (int)row : throw _order.Damaged("names a row that there is not");
}
