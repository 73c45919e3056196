using System.Buffers.Binary;
using System.Text;

namespace Sextant.Indexes;

/// <summary>Reads a body field by field; what goes beyond its end is a typed error.</summary>
internal ref struct ByteReader(string file, ReadOnlySpan<byte> bytes)
{
    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    private ReadOnlySpan<byte> _rest = bytes;

    public readonly int Left => _rest.Length;

    public byte Byte() => Take(1)[0];

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint)));

    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)));

    public double Double() => BinaryPrimitives.ReadDoubleLittleEndian(Take(sizeof(double)));

    /// <summary>So many numbers of 32 bits, which must all be there.</summary>
    public float[] Singles(long count)
    {
        if (count > _rest.Length / sizeof(float))
            throw Wrong($"ends where {count} more numbers are needed.");
        float[] values = new float[count];
        ReadOnlySpan<byte> stored = Take(sizeof(float) * values.Length);
        for (int i = 0; i < values.Length; i++)
            values[i] = BinaryPrimitives.ReadSingleLittleEndian(stored[(sizeof(float) * i)..]);
        return values;
    }

    /// <summary>A count of things of at least so many bytes each, which must all be there.</summary>
    public int Count(int least)
    {
        uint count = UInt32();
        return count <= (uint)(_rest.Length / least)
            ? (int)count
            : throw Wrong($"holds a count of {count}, for which {_rest.Length} bytes are too few.");
    }

    public string String()
    {
        try
        {
            return Utf8.GetString(Take(Count(1)));
        }
        catch (DecoderFallbackException problem)
        {
            throw new InvalidIndexException(file, "holds a text that is not UTF-8.", problem);
        }
    }

    public ReadOnlySpan<byte> Take(int count)
    {
        if (count > _rest.Length)
            throw Wrong($"ends where {count} more bytes are needed.");
        ReadOnlySpan<byte> taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    /// <summary>Refuses what lies after the last field.</summary>
    public readonly void End()
    {
        if (!_rest.IsEmpty)
            throw Wrong($"has {_rest.Length} bytes after its last field.");
    }

    public readonly InvalidIndexException Wrong(FormattableString problem) =>
        new(file, FormattableString.Invariant(problem));
}
