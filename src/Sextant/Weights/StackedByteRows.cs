using System.Runtime.InteropServices;
using Sextant.Tensors;

namespace Sextant.Weights;

/// <summary>Tensors of bytes with rows of one length, read as if they stood below each other.</summary>
internal sealed class StackedByteRows : IRowSource, IByteRows
{
    private readonly Checkpoint _checkpoint;
    private readonly ByteTensor[] _parts;
    private readonly float[] _scales;
    private readonly float[] _inverse;

    /// <exception cref="InvalidModelException">
    /// A scale is no finite number from 0 on, or the parts take their inputs in different ways.
    /// </exception>
    public StackedByteRows(Checkpoint checkpoint, params ByteTensor[] parts)
    {
        (_checkpoint, _parts) = (checkpoint, parts);
        Columns = checked((int)parts[0].Bytes.RowLength);
        Rows = checked((int)parts.Sum(part => part.Bytes.Rows));
        _scales = new float[Rows];
        int first = 0;
        foreach (ByteTensor part in parts)
        {
            Span<float> scales = _scales.AsSpan(first, (int)part.Bytes.Rows);
            checkpoint.ReadRows(part.Scale, 0, scales);
            first += scales.Length;
            if (scales.ContainsAnyInRange(float.NegativeInfinity, -float.Epsilon))
            {
                throw new InvalidModelException(part.Scale.File,
                    $"{MessageText.Quote(part.Scale.Name)} holds a negative scale; scales from 0 on are accepted.");
            }
        }
        _inverse = InverseOf(parts[0]);
        foreach (ByteTensor part in parts.AsSpan(1))
        {
            if (!InverseOf(part).AsSpan().SequenceEqual(_inverse))
            {
                throw new InvalidModelException(part.Bytes.File,
                    $"{MessageText.Quote(part.Bytes.Name)} and {MessageText.Quote(parts[0].Bytes.Name)} are one matrix "
                    + "here, so they need the same factors of inputs.");
            }
        }
    }

    public int Rows { get; }

    public int Columns { get; }

    public ElementType Type => ElementType.F32;

    public IByteRows Bytes => this;

    public ReadOnlySpan<float> Inverse => _inverse;

    public void Read(int firstRow, Span<float> destination)
    {
        Parts(firstRow, destination.Length / Columns, destination, (part, row, values) =>
            _checkpoint.ReadRows(part, row, values));
        for (int i = 0; i < destination.Length; i++)
        {
            float value = destination[i] * _scales[firstRow + (i / Columns)];
            destination[i] = _inverse.Length == 0 ? value : value * _inverse[i % Columns];
        }
    }

    public void Read(int firstRow, Span<ushort> destination) => throw new NotSupportedException("The rows are bytes.");

    public void Read(int firstRow, Span<sbyte> destination) =>
        Parts(firstRow, destination.Length / Columns, destination, (part, row, values) =>
            _checkpoint.ReadBytes(part, row, MemoryMarshal.AsBytes(values)));

    public void ReadScales(int firstRow, Span<float> destination) =>
        _scales.AsSpan(firstRow, destination.Length).CopyTo(destination);

    private float[] InverseOf(ByteTensor part)
    {
        if (part.Inverse is not { } tensor)
            return [];
        var inverse = new float[Columns];
        _checkpoint.ReadRows(tensor, 0, inverse);
        return inverse;
    }

    private delegate void ReadPart<T>(TensorInfo part, long row, Span<T> values);

    private void Parts<T>(int firstRow, int rows, Span<T> destination, ReadPart<T> read)
    {
        long row = firstRow;
        foreach (ByteTensor part in _parts)
        {
            if (row < part.Bytes.Rows && rows > 0)
            {
                int count = (int)Math.Min(part.Bytes.Rows - row, rows);
                read(part.Bytes, row, destination[..(count * Columns)]);
                destination = destination[(count * Columns)..];
                (row, rows) = (row + count, rows - count);
            }
            row -= part.Bytes.Rows;
        }
    }
}
