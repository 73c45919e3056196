using System.Globalization;
using System.Numerics;
using System.Runtime.Intrinsics;

namespace Sextant.Codes;

/// <summary>
/// One bit per dimension: 1 where the value is above zero. The bits and their order are sentence-transformers'
/// <c>ubinary</c>; <c>binary</c> is the same code seen as signed bytes.
/// </summary>
/// <remarks>
/// <para>Dimension 0 is the most significant bit of byte 0; what is left of the last byte is zero.</para>
/// <para>Bytes per vector: ⌈dimensions / 8⌉. Distance: Hamming, the number of bits that differ.</para>
/// <para>Error: all but the sign is lost. For unit vectors at angle θ with signs spread evenly, the expected distance
/// is dimensions · θ / π (Charikar 2002), so the order of near neighbours is kept roughly; rescoring repairs it.</para>
/// <para>FAISS packs dimension 0 into the least significant bit and sets it where the value is at least zero.
/// <see cref="ToFaissOrder"/> converts the order; a value of exactly zero is a 0 here and a 1 there, which no
/// conversion can know.</para>
/// </remarks>
public static class BinaryCode
{
    /// <summary>Bytes of a code.</summary>
    public static int Bytes(int dimensions)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(dimensions);
        return (int)(((long)dimensions + 7) / 8);
    }

    /// <summary>Encodes a vector (<c>ubinary</c>). A NaN, not being above zero, gives 0.</summary>
    /// <param name="vector">[dimensions].</param>
    /// <param name="code">Receives <see cref="Bytes"/> bytes.</param>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public static void Encode(ReadOnlySpan<float> vector, Span<byte> code)
    {
        int bytes = Bytes(vector.Length);
        CodeLength.Require(bytes, code.Length, nameof(code));
        int i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            for (; i <= vector.Length - 8; i += 8)
            {
                var values = Vector256.Create(vector.Slice(i, 8));
                uint positive = Vector256.GreaterThan(values, Vector256<float>.Zero).ExtractMostSignificantBits();
                code[i / 8] = ReverseBits((byte)positive);
            }
        }
        for (; i < vector.Length; i += 8)
        {
            int bits = 0;
            for (int bit = 0; bit < Math.Min(8, vector.Length - i); bit++)
                bits |= vector[i + bit] > 0 ? 0x80 >> bit : 0;
            code[i / 8] = (byte)bits;
        }
    }

    /// <summary>The Hamming distance of two codes: how many bits differ.</summary>
    /// <exception cref="ArgumentException">The codes differ in length.</exception>
    public static int Distance(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        if (left.Length != right.Length)
            throw new ArgumentException($"A code of {left.Length} bytes has no distance to one of {right.Length}.",
                nameof(right));
        int distance = 0;
        for (int i = 0; i < left.Length; i++)
            distance += BitOperations.PopCount((uint)(left[i] ^ right[i]));
        return distance;
    }

    /// <summary>Encodes a vector (<c>binary</c>): each byte of <see cref="Encode"/> less 128.</summary>
    /// <param name="vector">[dimensions].</param>
    /// <param name="code">Receives <see cref="Bytes"/> signed bytes.</param>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public static void EncodeSigned(ReadOnlySpan<float> vector, Span<sbyte> code)
    {
        Span<byte> bytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes(code);
        Encode(vector, bytes);
        FlipSign(bytes[..Bytes(vector.Length)]);
    }

    /// <summary>
    /// Turns <c>ubinary</c> bytes into the bit patterns of <c>binary</c> ones, or back, in place: less 128 and plus 128
    /// are both a flip of the highest bit. Between two codes of the same kind, the distance is the same.
    /// </summary>
    public static void FlipSign(Span<byte> code)
    {
        foreach (ref byte one in code)
            one ^= 0x80;
    }

    /// <summary>Turns <c>ubinary</c> bytes into FAISS's order of bits, or back, in place.</summary>
    public static void ToFaissOrder(Span<byte> code)
    {
        foreach (ref byte one in code)
            one = ReverseBits(one);
    }

    /// <summary>Refuses what are no whole codes.</summary>
    /// <exception cref="ArgumentException">Of the length, or because bits after a code's last one are set.</exception>
    internal static void Require(ReadOnlySpan<byte> codes, int dimensions, string name)
    {
        int bytes = Bytes(dimensions), unused = (8 * bytes) - dimensions;
        if (codes.Length % bytes != 0)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"{codes.Length} bytes are not whole codes of {bytes}."), name);
        }
        for (int last = bytes - 1; last < codes.Length && unused > 0; last += bytes)
        {
            if ((codes[last] & ((1 << unused) - 1)) != 0)
            {
                throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                    $"code {last / bytes} has bits set after its {dimensions}; the {unused} lowest of its last byte "
                        + $"must be zero."), name);
            }
        }
    }

    // Swaps halves, then quarters, then neighbours.
    private static byte ReverseBits(byte value)
    {
        uint bits = BitOperations.RotateLeft(value * 0x0101_0101u, 4) & 0xFF;
        bits = ((bits & 0x33) << 2) | ((bits >> 2) & 0x33);
        return (byte)(((bits & 0x55) << 1) | ((bits >> 1) & 0x55));
    }
}
