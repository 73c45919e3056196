namespace Sextant.Tensors;

/// <summary>Writes whole rows from a first one on: as many as fill the span.</summary>
internal delegate void ComputeRows(int firstRow, Span<float> rows);

/// <summary>A matrix that is computed row by row when it is loaded.</summary>
internal sealed class ComputedRows(int rows, int columns, ComputeRows compute) : IRowSource
{
    public int Rows => rows;

    public int Columns => columns;

    public ElementType Type => ElementType.F32;

    public void Read(int firstRow, Span<float> destination) => compute(firstRow, destination);

    public void Read(int firstRow, Span<ushort> destination) =>
        throw new InvalidOperationException("Computed rows have 32 bits.");
}
