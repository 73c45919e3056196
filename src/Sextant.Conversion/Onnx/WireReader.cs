using System.Buffers.Binary;

namespace Sextant.Conversion.Onnx;

/// <summary>How a field of a message is encoded (protobuf's encoding guide, "Message structure").</summary>
internal enum WireType
{
    Varint = 0,
    Fixed64 = 1,
    Bytes = 2,
    Fixed32 = 5,
}

/// <summary>Reads the fields of a protobuf message, one after the other. Nothing is copied.</summary>
/// <remarks>
/// A message is a sequence of (number · 8 + wire type, value); numbers are base 128, low groups first. Groups (wire
/// types 3 and 4) are refused: ONNX has none.
/// </remarks>
internal sealed class WireReader(ReadOnlyMemory<byte> message)
{
    private readonly ReadOnlyMemory<byte> _message = message;
    private int _position;

    /// <summary>Number of the field that <see cref="Next"/> came to.</summary>
    public int Field { get; private set; }

    /// <summary>Encoding of that field.</summary>
    public WireType Type { get; private set; }

    /// <summary>The number, for <see cref="WireType.Varint"/> and the fixed types (its bits).</summary>
    public ulong Number { get; private set; }

    /// <summary>The content, for <see cref="WireType.Bytes"/>.</summary>
    public ReadOnlyMemory<byte> Bytes { get; private set; }

    /// <summary>Goes to the next field; false at the end.</summary>
    /// <exception cref="FormatException">This is no protobuf message.</exception>
    public bool Next()
    {
        if (_position == _message.Length)
            return false;
        ulong key = Varint();
        Field = key >> 3 is > 0 and <= int.MaxValue
            ? (int)(key >> 3)
            : throw new FormatException($"byte {_position} begins no field of a protobuf message");
        Type = (WireType)(key & 7);
        Bytes = default;
        switch (Type)
        {
            case WireType.Varint:
                Number = Varint();
                break;
            case WireType.Fixed64:
                Number = BinaryPrimitives.ReadUInt64LittleEndian(Take(8).Span);
                break;
            case WireType.Fixed32:
                Number = BinaryPrimitives.ReadUInt32LittleEndian(Take(4).Span);
                break;
            case WireType.Bytes:
                ulong length = Varint();
                Bytes = Take(length);
                break;
            default:
                throw new FormatException($"byte {_position} has wire type {(int)Type}, which ONNX does not use");
        }
        return true;
    }

    /// <summary>Adds the numbers of this field, packed or single.</summary>
    public void AddNumbers(List<long> numbers)
    {
        if (Type == WireType.Varint)
        {
            numbers.Add((long)Number);
            return;
        }
        var packed = new WireReader(Bytes);
        while (packed._position < Bytes.Length)
            numbers.Add((long)packed.Varint());
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            byte next = Take(1).Span[0];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }
        throw new FormatException($"byte {_position} ends a number of more than ten bytes");
    }

    private ReadOnlyMemory<byte> Take(ulong count)
    {
        if (count > (ulong)(_message.Length - _position))
            throw new FormatException($"a field of {count} bytes at byte {_position} goes beyond its message");
        ReadOnlyMemory<byte> taken = _message.Slice(_position, (int)count);
        _position += (int)count;
        return taken;
    }
}
