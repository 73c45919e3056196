using System.Runtime.InteropServices;
using Sextant.Kernels.Hamming;

namespace Sextant.Indexes;

/// <summary>The inverted file over a segment's codes: which rows are in which list. Reading is thread-safe.</summary>
internal sealed unsafe class SegmentLists(
    CodeLayout layout, int rows, Section starts, Section order, Section codes)
{
    private int TileBytes => layout.Words * HammingArguments.TileCodes * sizeof(ulong);

    /// <summary>Where a list's codes begin and end among all codes by lists.</summary>
    public (int Start, int End) Range(int list)
    {
        uint start = starts.Element<uint>(list), end = starts.Element<uint>(list + 1);
        return start <= end && end <= (uint)rows
            ? ((int)start, (int)end)
            : throw starts.Damaged("is not in ascending order");
    }

    /// <summary>Tiles of codes by lists, checked.</summary>
    public ulong* Codes(int tile, int count)
    {
        if (!codes.IsChecked)
            codes.Bytes((long)tile * TileBytes, (long)count * TileBytes);
        return (ulong*)(codes.Start + ((long)tile * TileBytes));
    }

    /// <summary>The rows of some codes by lists.</summary>
    public ReadOnlySpan<uint> Rows(int start, int end) => MemoryMarshal.Cast<byte, uint>(
        order.Bytes((long)start * sizeof(uint), (long)(end - start) * sizeof(uint)));

    /// <summary>The row, which must be one of the segment's.</summary>
    public int Require(uint row) =>
        row < (uint)rows ? (int)row : throw order.Damaged("names a row that there is not");
}
