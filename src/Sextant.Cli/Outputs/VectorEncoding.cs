using System.Runtime.InteropServices;
using System.Text.Json;
using Sextant.Codes;

namespace Sextant.Cli.Outputs;

/// <summary>What the numbers of a vector become before they are written.</summary>
/// <param name="name">One of <see cref="Names"/>.</param>
/// <param name="dimensions">Length of a vector.</param>
/// <param name="ranges">For the 8-bit integers.</param>
internal sealed class VectorEncoding(string name, int dimensions, CodeRanges? ranges)
{
    /// <summary>The encodings, the default first.</summary>
    public static readonly string[] Names = ["float32", "float16", "int8", "uint8", "binary", "ubinary"];

    private readonly byte[] _row = new byte[Columns(name, dimensions) * Size(name)];

    /// <summary>Whether an encoding divides ranges.</summary>
    public static bool NeedsRanges(string name) => name is "int8" or "uint8";

    /// <summary>NumPy's name of the element type.</summary>
    public string NumPyType => name switch
    {
        "float16" => "<f2",
        "int8" or "binary" => "|i1",
        "uint8" or "ubinary" => "|u1",
        _ => "<f4",
    };

    /// <summary>Elements of an encoded vector.</summary>
    public int Width => Columns(name, dimensions);

    /// <summary>Bytes of an encoded vector.</summary>
    public int RowBytes => _row.Length;

    /// <summary>The encoded vector's bytes, little endian; good until the next call.</summary>
    /// <exception cref="ArgumentException">A value has no code.</exception>
    public ReadOnlySpan<byte> Encode(ReadOnlySpan<float> vector)
    {
        Span<byte> row = _row;
        switch (name)
        {
            case "float16":
                Float16Code.Encode(vector, MemoryMarshal.Cast<byte, Half>(row));
                break;
            case "int8":
                ranges!.Encode(vector, MemoryMarshal.Cast<byte, sbyte>(row));
                break;
            case "uint8":
                ranges!.Encode(vector, row);
                break;
            case "binary":
                BinaryCode.EncodeSigned(vector, MemoryMarshal.Cast<byte, sbyte>(row));
                break;
            case "ubinary":
                BinaryCode.Encode(vector, row);
                break;
            default:
                MemoryMarshal.AsBytes(vector).CopyTo(row);
                break;
        }
        return row;
    }

    /// <summary>
    /// Writes the encoded vector's elements as numbers: the shortest that read back to the same binary32.
    /// </summary>
    /// <exception cref="ArgumentException">A value has no code.</exception>
    public void WriteJson(ReadOnlySpan<float> vector, Utf8JsonWriter writer)
    {
        ReadOnlySpan<byte> row = Encode(vector);
        switch (NumPyType)
        {
            case "<f4":
                foreach (float value in MemoryMarshal.Cast<byte, float>(row))
                    writer.WriteNumberValue(value);
                break;
            case "<f2":
                foreach (Half value in MemoryMarshal.Cast<byte, Half>(row))
                    writer.WriteNumberValue((float)value);
                break;
            case "|i1":
                foreach (sbyte value in MemoryMarshal.Cast<byte, sbyte>(row))
                    writer.WriteNumberValue(value);
                break;
            default:
                foreach (byte value in row)
                    writer.WriteNumberValue(value);
                break;
        }
    }

    private static int Columns(string name, int dimensions) =>
        name is "binary" or "ubinary" ? BinaryCode.Bytes(dimensions) : dimensions;

    private static int Size(string name) => name switch
    {
        "float32" => sizeof(float),
        "float16" => sizeof(ushort),
        _ => 1,
    };
}
