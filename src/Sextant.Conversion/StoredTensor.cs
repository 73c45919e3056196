using System.Runtime.InteropServices;

namespace Sextant.Conversion;

/// <summary>A tensor on its way into a safetensors file.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Type">safetensors' name of its type: F32, I8 …</param>
/// <param name="Shape">Sizes, outermost first.</param>
/// <param name="Bytes">Its numbers, little-endian, row by row.</param>
internal sealed record StoredTensor(string Name, string Type, long[] Shape, byte[] Bytes)
{
    /// <summary>Bytes of a number.</summary>
    public int ItemSize => Type switch { "I64" => 8, "F64" => 8, "F32" => 4, "I32" => 4, "I8" => 1, "U8" => 1, "BOOL" => 1, _ => 2 };

    public static StoredTensor Singles(string name, long[] shape, ReadOnlySpan<float> values) =>
        new(name, "F32", shape, MemoryMarshal.AsBytes(values).ToArray());

    public static StoredTensor Wholes(string name, long[] shape, ReadOnlySpan<long> values) =>
        new(name, "I64", shape, MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>The same in 16 bits, each number rounded to the nearest; whole numbers stay.</summary>
    /// <returns>Null where a number is too large for 16 bits.</returns>
    public StoredTensor? ToHalf()
    {
        if (Type != "F32")
            return this;
        ReadOnlySpan<float> values = MemoryMarshal.Cast<byte, float>(Bytes);
        var halves = new Half[values.Length];
        for (int i = 0; i < halves.Length; i++)
        {
            halves[i] = (Half)values[i];
            if (!Half.IsFinite(halves[i]))
                return null;
        }
        return this with { Type = "F16", Bytes = MemoryMarshal.AsBytes<Half>(halves).ToArray() };
    }
}
