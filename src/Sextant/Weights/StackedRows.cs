using Sextant.Tensors;

namespace Sextant.Weights;

/// <summary>
/// Tensors with rows of one length, read as if they stood below each other (query, key and value as one matrix).
/// </summary>
internal sealed class StackedRows : IRowSource
{
    private readonly Checkpoint _checkpoint;
    private readonly TensorInfo[] _parts;

    /// <summary>A vector counts as rows of length one.</summary>
    public StackedRows(Checkpoint checkpoint, params TensorInfo[] parts)
    {
        _checkpoint = checkpoint;
        _parts = parts;
        Columns = checked((int)parts[0].RowLength);
        Type = parts[0].ElementType is ElementType.F16 or ElementType.BF16 ? parts[0].ElementType : ElementType.F32;
        foreach (TensorInfo part in parts)
        {
            if (part.RowLength != Columns)
                throw new ArgumentException($"{part} does not have rows of {Columns}.", nameof(parts));
            Rows += checked((int)part.Rows);
            if (part.ElementType != Type)
                Type = ElementType.F32;
        }
    }

    /// <summary>The tensors, from the first row on.</summary>
    public IReadOnlyList<TensorInfo> Parts => _parts;

    public int Rows { get; }

    public int Columns { get; }

    public ElementType Type { get; }

    public void Read(int firstRow, Span<float> destination)
    {
        while (!destination.IsEmpty)
        {
            TensorInfo part = PartAt(firstRow, out long row);
            int count = (int)Math.Min(part.Rows - row, destination.Length / Columns);
            _checkpoint.ReadRows(part, row, destination[..(count * Columns)]);
            destination = destination[(count * Columns)..];
            firstRow += count;
        }
    }

    public void Read(int firstRow, Span<ushort> destination)
    {
        while (!destination.IsEmpty)
        {
            TensorInfo part = PartAt(firstRow, out long row);
            int count = (int)Math.Min(part.Rows - row, destination.Length / Columns);
            _checkpoint.ReadRows16(part, row, destination[..(count * Columns)]);
            destination = destination[(count * Columns)..];
            firstRow += count;
        }
    }

    private TensorInfo PartAt(int row, out long rowInPart)
    {
        rowInPart = row;
        foreach (TensorInfo part in _parts)
        {
            if (rowInPart < part.Rows)
                return part;
            rowInPart -= part.Rows;
        }
        throw new ArgumentOutOfRangeException(nameof(row));
    }
}
