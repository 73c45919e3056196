namespace Sextant.Tensors;

/// <summary>The rows of another source in another order, so that one layout serves every family.</summary>
/// <param name="source">Whose rows they are.</param>
/// <param name="order">Row i of this source is row order[i] of the other.</param>
internal sealed class OrderedRows(IRowSource source, int[] order) : IRowSource
{
    public int Rows => order.Length;

    public int Columns => source.Columns;

    public ElementType Type => source.Type;

    public IByteRows? Bytes => source.Bytes is { } bytes ? new OrderedByteRows(bytes, order) : null;

    /// <summary>The other source.</summary>
    public IRowSource Source => source;

    /// <summary>Row i of this source is row Order[i] of the other.</summary>
    public ReadOnlySpan<int> Order => order;

    public void Read(int firstRow, Span<float> destination)
    {
        for (int done = 0; done < destination.Length;)
        {
            int rows = Run(firstRow, destination.Length / Columns - done / Columns);
            source.Read(order[firstRow], destination.Slice(done, rows * Columns));
            firstRow += rows;
            done += rows * Columns;
        }
    }

    public void Read(int firstRow, Span<ushort> destination)
    {
        for (int done = 0; done < destination.Length;)
        {
            int rows = Run(firstRow, destination.Length / Columns - done / Columns);
            source.Read(order[firstRow], destination.Slice(done, rows * Columns));
            firstRow += rows;
            done += rows * Columns;
        }
    }

    // How many rows from a first one on follow each other in the other source too.
    private int Run(int firstRow, int most)
    {
        int rows = 1;
        while (rows < most && order[firstRow + rows] == order[firstRow] + rows)
            rows++;
        return rows;
    }
}
