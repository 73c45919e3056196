using Sextant.Tensors;

namespace Sextant.Cli.Verbs;

/// <summary>Rows of numbers in (−1, 1) · scale that depend on the seed alone.</summary>
internal sealed class RandomRows(int rows, int columns, int seed, float scale) : IRowSource
{
    public int Rows => rows;

    public int Columns => columns;

    public ElementType Type => ElementType.F32;

    public void Read(int firstRow, Span<float> destination)
    {
        for (int i = 0; i < destination.Length; i++)
        {
            // A hash of the place, so that any rows can be read alone.
            ulong x = ((ulong)firstRow * (ulong)columns) + (ulong)i + ((ulong)seed << 40);
            x = (x ^ (x >> 31)) * 0x9E3779B97F4A7C15;
            x = (x ^ (x >> 29)) * 0xBF58476D1CE4E5B9;
            destination[i] = (((int)(x >> 40) - (1 << 23)) / (float)(1 << 23)) * scale;
        }
    }

    public void Read(int firstRow, Span<ushort> destination) => throw new NotSupportedException("These rows are f32.");
}
