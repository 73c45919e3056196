namespace Sextant.Indexes;

/// <summary>Makes the sections of an inverted file over a segment's binary codes (FORMAT.md, "Lists").</summary>
internal static class ListSections
{
    public static IEnumerable<SectionBytes> Of(
        CentroidTiles centroids, CodeLayout layout, ReadOnlySpan<byte> codes, int rows)
    {
        int bytes = layout.RowBytes;
        int[] nearest = new int[rows];
        centroids.Nearest(codes, nearest);
        // A counting sort, which keeps the rows of a list in ascending order.
        int[] starts = new int[centroids.Count + 1];
        foreach (int list in nearest)
            starts[list + 1]++;
        for (int list = 0; list < centroids.Count; list++)
            starts[list + 1] += starts[list];
        int[] positions = [.. starts];
        byte[] sorted = new byte[codes.Length];
        uint[] order = new uint[rows];
        for (int row = 0; row < rows; row++)
        {
            int position = positions[nearest[row]]++;
            order[position] = (uint)row;
            codes.Slice(row * bytes, bytes).CopyTo(sorted.AsSpan(position * bytes));
        }
        ByteWriter startBytes = new(), orderBytes = new();
        foreach (int start in starts)
            startBytes.UInt32((uint)start);
        foreach (uint row in order)
            orderBytes.UInt32(row);
        return
        [
            new(SectionKind.ListStarts, "", startBytes.Memory),
            new(SectionKind.ListRows, "", orderBytes.Memory),
            new(SectionKind.ListCodes, "", layout.Section(sorted, rows)),
        ];
    }
}
