using Sextant.Tensors;

namespace Sextant.Tests.Backends;

/// <summary>Rows in memory, as a checkpoint would hold them.</summary>
internal sealed class ArrayRows(int rows, int columns, ElementType type, float[] values) : IRowSource
{
    public int Rows => rows;

    public int Columns => columns;

    public ElementType Type => type;

    public void Read(int firstRow, Span<float> destination)
    {
        for (int i = 0; i < destination.Length; i++)
        {
            float value = values[((long)firstRow * columns) + i];
            destination[i] = type switch
            {
                ElementType.F16 => (float)(Half)value,
                ElementType.BF16 =>
                    BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(value) & 0xFFFF0000),
                _ => value,
            };
        }
    }

    public void Read(int firstRow, Span<ushort> destination)
    {
        for (int i = 0; i < destination.Length; i++)
        {
            float value = values[((long)firstRow * columns) + i];
            destination[i] = type == ElementType.F16
                ? BitConverter.HalfToUInt16Bits((Half)value)
                : (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16);
        }
    }
}
