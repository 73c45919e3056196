using System.Numerics;
using System.Runtime.InteropServices;
using Sextant.Tensors;

namespace Sextant.Weights;

/// <summary>
/// Stored elements as F32. Every result is the stored value, rounded once to nearest even where F32 lacks it.
/// </summary>
/// <remarks>
/// Little-endian, as the format and every machine that .NET runs this on. Elements may lie at any address: the format
/// does not align them. One source for every vector width, because reading memory is what limits it.
/// </remarks>
internal static class Widening
{
    // Elements converted before they are checked, so that the check finds them in the first-level cache.
    private const int Block = 4096;

    /// <summary>Fills <paramref name="destination"/>.</summary>
    /// <returns>
    /// Index of the first element that is not accepted (NaN, infinity, beyond the range of F32, a BOOL other than 0 and
    /// 1), or -1. After it the destination is undefined.
    /// </returns>
    public static int ToSingle(ElementType type, ReadOnlySpan<byte> stored, Span<float> destination)
    {
        int size = type.Size();
        for (int start = 0; start < destination.Length; start += Block)
        {
            Span<float> block = destination.Slice(start, Math.Min(Block, destination.Length - start));
            ReadOnlySpan<byte> bytes = stored.Slice(start * size, block.Length * size);
            int bad = Convert(type, bytes, block);
            if (bad < 0)
                bad = FiniteCheck.FirstNonFinite(block);
            if (bad >= 0)
                return start + bad;
        }
        return -1;
    }

    private static int Convert(ElementType type, ReadOnlySpan<byte> bytes, Span<float> block)
    {
        switch (type)
        {
            case ElementType.F32:
                bytes.CopyTo(MemoryMarshal.AsBytes(block));
                return -1;
            case ElementType.F16:
                FromHalf(MemoryMarshal.Cast<byte, ushort>(bytes), block);
                return FiniteCheck.FirstNonFinite(MemoryMarshal.Cast<byte, ushort>(bytes), type);
            case ElementType.BF16:
                FromBrain(MemoryMarshal.Cast<byte, ushort>(bytes), block);
                return -1;
            case ElementType.F64:
                FromDouble(MemoryMarshal.Cast<byte, double>(bytes), block);
                return -1;
            case ElementType.I8:
                FromSigned(MemoryMarshal.Cast<byte, sbyte>(bytes), block);
                return -1;
            case ElementType.U8:
                FromUnsigned(bytes, block);
                return -1;
            case ElementType.Bool:
                FromUnsigned(bytes, block);
                return bytes.IndexOfAnyExceptInRange((byte)0, (byte)1);
            case ElementType.I32:
                ReadOnlySpan<int> integers = MemoryMarshal.Cast<byte, int>(bytes);
                for (int i = 0; i < block.Length; i++)
                    block[i] = integers[i];
                return -1;
            case ElementType.I64:
                ReadOnlySpan<long> longs = MemoryMarshal.Cast<byte, long>(bytes);
                for (int i = 0; i < block.Length; i++)
                    block[i] = longs[i];
                return -1;
            default:
                throw new ArgumentOutOfRangeException(nameof(type), type, "not an element type");
        }
    }

    // Exponent and fraction move up by 13 bits and the exponent's bias grows from 15 to 127. Where the exponent is 0
    // the value is fraction × 2^-24: written below an exponent of 2^-14, that 2^-14 is subtracted again, which is
    // exact.
    // F16's infinities and NaNs come out wrong here; they are refused by their pattern.
    private static void FromHalf(ReadOnlySpan<ushort> stored, Span<float> destination)
    {
        var magnitude = new Vector<uint>(0x7FFF);
        var rebias = new Vector<uint>(112u << 23);
        var smallestNormal = new Vector<uint>(113u << 23);
        var one = new Vector<uint>(1u << 23);
        ref ushort from = ref MemoryMarshal.GetReference(stored);
        ref float to = ref MemoryMarshal.GetReference(destination);
        int i = 0;
        for (; i <= destination.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(Vector.LoadUnsafe(ref from, (nuint)i), out Vector<uint> lower, out Vector<uint> upper);
            Widen(lower).StoreUnsafe(ref to, (nuint)i);
            Widen(upper).StoreUnsafe(ref to, (nuint)(i + Vector<uint>.Count));
        }
        for (; i < destination.Length; i++)
            destination[i] = (float)BitConverter.UInt16BitsToHalf(stored[i]);

        Vector<float> Widen(Vector<uint> half)
        {
            Vector<uint> shifted = Vector.ShiftLeft(half & magnitude, 13) + rebias;
            Vector<float> denormal = Vector.AsVectorSingle(shifted + one) - Vector.AsVectorSingle(smallestNormal);
            Vector<uint> isDenormal = Vector.LessThan(shifted, smallestNormal);
            Vector<uint> value = Vector.ConditionalSelect(isDenormal, Vector.AsVectorUInt32(denormal), shifted);
            return Vector.AsVectorSingle(value | Vector.ShiftLeft(Vector.AndNot(half, magnitude), 16));
        }
    }

    private static void FromBrain(ReadOnlySpan<ushort> stored, Span<float> destination)
    {
        ref ushort from = ref MemoryMarshal.GetReference(stored);
        ref float to = ref MemoryMarshal.GetReference(destination);
        int i = 0;
        for (; i <= destination.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(Vector.LoadUnsafe(ref from, (nuint)i), out Vector<uint> lower, out Vector<uint> upper);
            Vector.AsVectorSingle(Vector.ShiftLeft(lower, 16)).StoreUnsafe(ref to, (nuint)i);
            Vector.AsVectorSingle(Vector.ShiftLeft(upper, 16)).StoreUnsafe(ref to, (nuint)(i + Vector<uint>.Count));
        }
        for (; i < destination.Length; i++)
            destination[i] = BitConverter.Int32BitsToSingle(stored[i] << 16);
    }

    private static void FromDouble(ReadOnlySpan<double> stored, Span<float> destination)
    {
        ref double from = ref MemoryMarshal.GetReference(stored);
        ref float to = ref MemoryMarshal.GetReference(destination);
        int i = 0;
        for (; i <= destination.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<double> lower = Vector.LoadUnsafe(ref from, (nuint)i);
            Vector<double> upper = Vector.LoadUnsafe(ref from, (nuint)(i + Vector<double>.Count));
            Vector.Narrow(lower, upper).StoreUnsafe(ref to, (nuint)i);
        }
        for (; i < destination.Length; i++)
            destination[i] = (float)stored[i];
    }

    private static void FromSigned(ReadOnlySpan<sbyte> stored, Span<float> destination)
    {
        ref sbyte from = ref MemoryMarshal.GetReference(stored);
        int i = 0;
        for (; i <= destination.Length - Vector<sbyte>.Count; i += Vector<sbyte>.Count)
        {
            Vector.Widen(Vector.LoadUnsafe(ref from, (nuint)i), out Vector<short> lower, out Vector<short> upper);
            FromShorts(lower, upper, destination.Slice(i, Vector<sbyte>.Count));
        }
        for (; i < destination.Length; i++)
            destination[i] = stored[i];
    }

    private static void FromUnsigned(ReadOnlySpan<byte> stored, Span<float> destination)
    {
        ref byte from = ref MemoryMarshal.GetReference(stored);
        int i = 0;
        for (; i <= destination.Length - Vector<byte>.Count; i += Vector<byte>.Count)
        {
            Vector.Widen(Vector.LoadUnsafe(ref from, (nuint)i), out Vector<ushort> lower, out Vector<ushort> upper);
            FromShorts(Vector.AsVectorInt16(lower), Vector.AsVectorInt16(upper),
                destination.Slice(i, Vector<byte>.Count));
        }
        for (; i < destination.Length; i++)
            destination[i] = stored[i];
    }

    private static void FromShorts(Vector<short> lower, Vector<short> upper, Span<float> destination)
    {
        ref float to = ref MemoryMarshal.GetReference(destination);
        Vector.Widen(lower, out Vector<int> first, out Vector<int> second);
        Vector.Widen(upper, out Vector<int> third, out Vector<int> fourth);
        Vector.ConvertToSingle(first).StoreUnsafe(ref to);
        Vector.ConvertToSingle(second).StoreUnsafe(ref to, (nuint)Vector<int>.Count);
        Vector.ConvertToSingle(third).StoreUnsafe(ref to, (nuint)(2 * Vector<int>.Count));
        Vector.ConvertToSingle(fourth).StoreUnsafe(ref to, (nuint)(3 * Vector<int>.Count));
    }
}
