namespace Sextant.Tensors;

/// <summary>The rows of bytes of another source in another order.</summary>
/// <param name="source">Whose rows they are.</param>
/// <param name="order">Row i of this source is row order[i] of the other.</param>
internal sealed class OrderedByteRows(IByteRows source, int[] order) : IByteRows
{
    public int Rows => order.Length;

    public int Columns => source.Columns;

    public ReadOnlySpan<float> Inverse => source.Inverse;

    public void Read(int firstRow, Span<sbyte> destination)
    {
        for (int i = 0; i < destination.Length / Columns; i++)
            source.Read(order[firstRow + i], destination.Slice(i * Columns, Columns));
    }

    public void ReadScales(int firstRow, Span<float> destination)
    {
        for (int i = 0; i < destination.Length; i++)
            source.ReadScales(order[firstRow + i], destination.Slice(i, 1));
    }
}
