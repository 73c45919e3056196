using System.Buffers.Binary;
using System.Text;

namespace Sextant.Indexes;

/// <summary>Bytes that grow at their end.</summary>
internal sealed class ByteWriter
{
    private byte[] _bytes = new byte[256];

    public int Length { get; private set; }

    public Span<byte> Written => _bytes.AsSpan(0, Length);

    /// <summary>The same, for who keeps it when nothing more is written.</summary>
    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(0, Length);

    public void Byte(byte value) => Reserve(1)[0] = value;

    public void UInt32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Reserve(sizeof(uint)), value);

    public void UInt64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Reserve(sizeof(ulong)), value);

    public void Single(float value) => BinaryPrimitives.WriteSingleLittleEndian(Reserve(sizeof(float)), value);

    public void Singles(ReadOnlySpan<float> values)
    {
        foreach (float value in values)
            Single(value);
    }

    public void Double(double value) => BinaryPrimitives.WriteDoubleLittleEndian(Reserve(sizeof(double)), value);

    public void Bytes(ReadOnlySpan<byte> value) => value.CopyTo(Reserve(value.Length));

    /// <summary>The text's UTF-8 after its length.</summary>
    public void String(string value)
    {
        UInt32((uint)Encoding.UTF8.GetByteCount(value));
        Text(value);
    }

    /// <summary>The text's UTF-8 alone.</summary>
    public void Text(string value) => Encoding.UTF8.GetBytes(value, Reserve(Encoding.UTF8.GetByteCount(value)));

    /// <summary>So many bytes at the end, to be written by the caller.</summary>
    public Span<byte> Reserve(int count)
    {
        int needed = checked(Length + count);
        if (needed > _bytes.Length)
            Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max(needed, 2L * _bytes.Length)));
        Length = needed;
        return _bytes.AsSpan(needed - count, count);
    }

    public void Clear() => Length = 0;
}
