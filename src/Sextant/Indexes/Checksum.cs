using System.Buffers.Binary;
using System.Numerics;

namespace Sextant.Indexes;

/// <summary>The checksum of an index's files: CRC-32C in four lanes, so that it runs at the memory's speed.</summary>
/// <remarks>
/// Lane i takes the 8-byte little-endian words i, i + 4, i + 8 … (each as one step of CRC-32C, which begins with all
/// bits set and is not inverted at its end); bytes after the last 32 go to lane 0, one by one. The result is the
/// CRC-32C of the four lanes (4 bytes each) and the length (8 bytes).
/// </remarks>
internal static class Checksum
{
    /// <summary>The checksum of some bytes.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var sum = new ChecksumLanes();
        sum.Add(bytes);
        return sum.Result();
    }
}

/// <summary>A <see cref="Checksum"/> in parts, all but the last of which have a multiple of 32 bytes.</summary>
internal struct ChecksumLanes
{
    private uint _a = uint.MaxValue, _b = uint.MaxValue, _c = uint.MaxValue, _d = uint.MaxValue;
    private long _length;

    public ChecksumLanes()
    {
    }

    public void Add(ReadOnlySpan<byte> bytes)
    {
        _length += bytes.Length;
        (uint a, uint b, uint c, uint d) = (_a, _b, _c, _d);
        for (; bytes.Length >= 32; bytes = bytes[32..])
        {
            a = BitOperations.Crc32C(a, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            b = BitOperations.Crc32C(b, BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]));
            c = BitOperations.Crc32C(c, BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]));
            d = BitOperations.Crc32C(d, BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]));
        }
        foreach (byte one in bytes)
            a = BitOperations.Crc32C(a, one);
        (_a, _b, _c, _d) = (a, b, c, d);
    }

    public readonly uint Result()
    {
        uint sum = BitOperations.Crc32C(uint.MaxValue, _a);
        sum = BitOperations.Crc32C(sum, _b);
        sum = BitOperations.Crc32C(sum, _c);
        sum = BitOperations.Crc32C(sum, _d);
        return BitOperations.Crc32C(sum, (ulong)_length);
    }

    /// <summary>The four lanes and the length as text: enough to tell files apart, not to resist a forger.</summary>
    public readonly string Text() =>
        FormattableString.Invariant($"{_a:x8}{_b:x8}{_c:x8}{_d:x8}-{_length}");
}
