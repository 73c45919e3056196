using Sextant.Tensors;

namespace Sextant.Models;

/// <summary>
/// Rows of a small table, each token's one times the token's weight: the table of a quantised vocabulary.
/// </summary>
/// <param name="rows">The small table.</param>
/// <param name="count">Tokens.</param>
/// <param name="mapping">Each token's row; null: its own number.</param>
/// <param name="weights">Each token's factor; null: one.</param>
internal sealed class WeightedRows(IRowSource rows, int count, int[]? mapping, float[]? weights) : IRowSource
{
    private readonly float[] _table = ReadAll(rows);

    public int Rows => count;

    public int Columns => rows.Columns;

    public ElementType Type => ElementType.F32;

    public void Read(int firstRow, Span<float> destination)
    {
        int columns = rows.Columns;
        for (int i = 0; i < destination.Length / columns; i++)
        {
            int token = firstRow + i;
            ReadOnlySpan<float> from = _table.AsSpan((mapping is null ? token : mapping[token]) * columns, columns);
            Span<float> to = destination.Slice(i * columns, columns);
            float weight = weights is null ? 1f : weights[token];
            for (int k = 0; k < columns; k++)
                to[k] = from[k] * weight;
        }
    }

    public void Read(int firstRow, Span<ushort> destination) => throw new NotSupportedException("The rows are f32.");

    private static float[] ReadAll(IRowSource rows)
    {
        var table = new float[checked(rows.Rows * rows.Columns)];
        rows.Read(0, table);
        return table;
    }
}
