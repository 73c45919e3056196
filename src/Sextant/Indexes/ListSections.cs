using Sextant.Search;

namespace Sextant.Indexes;

/// <summary>Makes the sections of an inverted file over a segment's binary codes (FORMAT.md, "Lists").</summary>
internal static class ListSections
{
    // Lists of fewer codes are not worth comparing their centroids.
    private const int MinCodes = 16;

    // k-majority takes codes times lists; more codes for each list hardly move it.
    private const int SampleCodes = 64;

    public static IEnumerable<SectionBytes> Of(
        IndexDefinition definition, CodeLayout layout, ReadOnlySpan<byte> codes, int rows)
    {
        int bytes = layout.RowBytes, lists = Math.Clamp(rows / MinCodes, 1, definition.Lists);
        byte[] chosen = [];
        int[] nearest = new int[rows];
        if (rows > 0)
        {
            using BinaryIndex centroids = BinaryCentroids.Learn(
                definition.CodedDimensions, Sample(codes, bytes, Math.Min(rows, lists * SampleCodes)), lists, null);
            BinaryCentroids.Nearest(centroids, codes, nearest);
            chosen = new byte[lists * bytes];
            for (int list = 0; list < lists; list++)
                centroids.CopyTo(list, chosen.AsSpan(list * bytes, bytes));
        }
        else
        {
            lists = 0;
        }
        // A counting sort, which keeps the rows of a list in ascending order.
        int[] starts = new int[lists + 1];
        foreach (int list in nearest)
            starts[list + 1]++;
        for (int list = 0; list < lists; list++)
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
            new(SectionKind.ListCentroids, "", layout.Section(chosen, lists)),
            new(SectionKind.ListStarts, "", startBytes.Written.ToArray()),
            new(SectionKind.ListRows, "", orderBytes.Written.ToArray()),
            new(SectionKind.ListCodes, "", layout.Section(sorted, rows)),
        ];
    }

    private static byte[] Sample(ReadOnlySpan<byte> codes, int bytes, int count)
    {
        byte[] sample = new byte[count * bytes];
        long all = codes.Length / bytes;
        for (int i = 0; i < count; i++)
            codes.Slice((int)(i * all / count) * bytes, bytes).CopyTo(sample.AsSpan(i * bytes));
        return sample;
    }
}
