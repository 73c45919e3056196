using System.Runtime.InteropServices;
using System.Text;

namespace Sextant.Conversion.Onnx;

/// <summary>A stored tensor of a graph (onnx.proto, TensorProto).</summary>
internal sealed class OnnxTensor
{
    private const int Float32 = 1;
    private const int Int32 = 6;
    private const int Int64 = 7;
    private const int Float16 = 10;

    // TensorProto.DataType, by number.
    private static readonly string[] TypeNames =
    [
        "UNDEFINED", "FLOAT", "UINT8", "INT8", "UINT16", "INT16", "INT32", "INT64", "STRING", "BOOL", "FLOAT16",
        "DOUBLE", "UINT32", "UINT64", "COMPLEX64", "COMPLEX128", "BFLOAT16",
    ];

    private readonly List<long> _shape = [];
    private readonly List<long> _numbers = [];
    private readonly List<ReadOnlyMemory<byte>> _floats = [];
    private ReadOnlyMemory<byte> _raw;
    private bool _isRaw;
    private bool _isExternal;
    private int _type;

    public string Name { get; private set; } = "";

    /// <summary>Sizes, outermost first; empty for a single number.</summary>
    public IReadOnlyList<long> Shape => _shape;

    /// <summary>How many numbers it has.</summary>
    public long Count => _shape.Aggregate(1L, (product, size) => checked(product * size));

    /// <summary>Whether it has fractions: FLOAT or FLOAT16.</summary>
    public bool IsFraction => _type is Float32 or Float16;

    /// <summary>Whether it has whole numbers: INT32 or INT64.</summary>
    public bool IsWhole => _type is Int32 or Int64;

    /// <summary>ONNX's name of its type.</summary>
    public string TypeName => _type >= 0 && _type < TypeNames.Length ? TypeNames[_type] : $"type {_type}";

    public static OnnxTensor Read(ReadOnlyMemory<byte> message)
    {
        var tensor = new OnnxTensor();
        var reader = new WireReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    reader.AddNumbers(tensor._shape);
                    break;
                case 2:
                    tensor._type = (int)reader.Number;
                    break;
                case 4:
                    tensor._floats.Add(reader.Type == WireType.Bytes
                        ? reader.Bytes
                        : BitConverter.GetBytes((uint)reader.Number));
                    break;
                case 5 or 7:
                    reader.AddNumbers(tensor._numbers);
                    break;
                case 8:
                    tensor.Name = Encoding.UTF8.GetString(reader.Bytes.Span);
                    break;
                case 9:
                    (tensor._raw, tensor._isRaw) = (reader.Bytes, true);
                    break;
                case 13:
                    tensor._isExternal = true;
                    break;
            }
        }
        if (tensor._shape.Exists(size => size < 0) || tensor._shape.Count > 8)
            throw new FormatException($"tensor '{tensor.Name}' has an impossible shape");
        return tensor;
    }

    /// <summary>The numbers of a tensor with fractions.</summary>
    /// <exception cref="FormatException">It has others, or not as many as its shape says.</exception>
    public float[] ToSingles()
    {
        RequireHere(IsFraction, "FLOAT or FLOAT16");
        var values = new float[Count];
        if (_type == Float16)
        {
            ushort[] halves = _isRaw ? Cast<ushort>(_raw.Span) : [.. _numbers.Select(one => (ushort)one)];
            RequireCount(halves.Length);
            for (int i = 0; i < values.Length; i++)
                values[i] = (float)BitConverter.UInt16BitsToHalf(halves[i]);
            return values;
        }
        if (_isRaw)
        {
            float[] raw = Cast<float>(_raw.Span);
            RequireCount(raw.Length);
            return raw;
        }
        int position = 0;
        RequireCount(_floats.Sum(one => one.Length) / sizeof(float));
        foreach (ReadOnlyMemory<byte> some in _floats)
        {
            float[] part = Cast<float>(some.Span);
            part.CopyTo(values, position);
            position += part.Length;
        }
        return values;
    }

    /// <summary>The numbers of a tensor with whole numbers.</summary>
    /// <exception cref="FormatException">It has others, or not as many as its shape says.</exception>
    public long[] ToWholes()
    {
        RequireHere(IsWhole, "INT64 or INT32");
        long[] values = !_isRaw ? [.. _numbers]
            : _type == Int64 ? Cast<long>(_raw.Span)
            : [.. Cast<int>(_raw.Span).Select(one => (long)one)];
        RequireCount(values.Length);
        return values;
    }

    private static T[] Cast<T>(ReadOnlySpan<byte> bytes)
        where T : unmanaged
    {
        T[] values = MemoryMarshal.Cast<byte, T>(bytes).ToArray();
        if (!BitConverter.IsLittleEndian)
        {
            foreach (ref T value in values.AsSpan())
                MemoryMarshal.AsBytes(new Span<T>(ref value)).Reverse();
        }
        return values;
    }

    private void RequireHere(bool isRight, string accepted)
    {
        if (_isExternal)
            throw new FormatException($"tensor '{Name}' lies in another file; save the model with its data inside");
        if (!isRight)
            throw new FormatException($"tensor '{Name}' is {TypeName}; {accepted} is needed");
    }

    private void RequireCount(int count)
    {
        if (count != Count)
            throw new FormatException($"tensor '{Name}' has {count} numbers; its shape needs {Count}");
    }
}
