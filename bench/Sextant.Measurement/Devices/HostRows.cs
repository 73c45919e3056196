using Sextant.Tensors;

namespace Sextant.Measurement.Devices;

/// <summary>Random rows in this process's memory, which any backend loads and a formula in double reads.</summary>
internal sealed unsafe class HostRows : IRowSource
{
    private readonly float[] _values;

    /// <summary>Values from −scale to scale, none zero; in a type of 16 bits those that it holds exactly.</summary>
    public HostRows(int rows, int columns, int seed, float scale = 1f, ElementType type = ElementType.F32)
    {
        (Rows, Columns, Type) = (rows, columns, type);
        _values = new float[checked(rows * columns)];
        fixed (float* to = _values)
            RandomData.Fill(to, _values.Length, seed, scale);
        for (int i = 0; i < _values.Length && type != ElementType.F32; i++)
            _values[i] = Widen(Narrow(_values[i]));
    }

    private HostRows(int rows, int columns, float[] values) => (Rows, Columns, _values) = (rows, columns, values);

    public int Rows { get; }

    public int Columns { get; }

    public ElementType Type { get; }

    /// <summary>[Rows, Columns].</summary>
    public ReadOnlySpan<float> Values => _values;

    /// <summary>Rows of one value.</summary>
    public static HostRows Of(int rows, int columns, float value)
    {
        var values = new float[checked(rows * columns)];
        values.AsSpan().Fill(value);
        return new HostRows(rows, columns, values);
    }

    /// <summary>A row.</summary>
    public ReadOnlySpan<float> Row(int row) => _values.AsSpan(row * Columns, Columns);

    public void Read(int firstRow, Span<float> destination) =>
        _values.AsSpan(firstRow * Columns, destination.Length).CopyTo(destination);

    public void Read(int firstRow, Span<ushort> destination)
    {
        for (int i = 0; i < destination.Length; i++)
            destination[i] = Narrow(_values[firstRow * Columns + i]);
    }

    private ushort Narrow(float value) => Type == ElementType.F16
        ? BitConverter.HalfToUInt16Bits((Half)value)
        : (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16);

    private float Widen(ushort bits) => Type == ElementType.F16
        ? (float)BitConverter.UInt16BitsToHalf(bits)
        : BitConverter.UInt32BitsToSingle((uint)bits << 16);
}
