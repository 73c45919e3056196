using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Sextant.Cli.Outputs;

/// <summary>The floats alone, little endian, vector after vector.</summary>
internal sealed class RawVectorWriter(Stream output) : VectorWriter
{
    private int[] _swapped = [];

    public override void Write(long index, TextReport report, ReadOnlySpan<float> vector) => Write(vector);

    /// <summary>Writes the values of a vector.</summary>
    public void Write(ReadOnlySpan<float> vector)
    {
        if (BitConverter.IsLittleEndian)
        {
            output.Write(MemoryMarshal.AsBytes(vector));
            return;
        }
        if (_swapped.Length < vector.Length)
            _swapped = new int[vector.Length];
        Span<int> swapped = _swapped.AsSpan(0, vector.Length);
        BinaryPrimitives.ReverseEndianness(MemoryMarshal.Cast<float, int>(vector), swapped);
        output.Write(MemoryMarshal.AsBytes<int>(swapped));
    }
}
