using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Sextant.Kernels.Hamming;

/// <summary>16 bytes, on any processor.</summary>
internal readonly unsafe struct BitVector128Isa : IBitIsa<Vector128<byte>>
{
    public static int Words => 2;

    public static Vector128<byte> Zero => Vector128<byte>.Zero;

    public static Vector128<byte> BitCounts
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector128.Create((byte)0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Load(ulong* source) => Vector128.Load((byte*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Broadcast(ulong word) => Vector128.Create(word).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> And(Vector128<byte> a, Vector128<byte> b) => a & b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Xor(Vector128<byte> a, Vector128<byte> b) => a ^ b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> UpperHalves(Vector128<byte> a) => (a.AsUInt64() >>> 4).AsByte();

    // All indices are below 16, where every processor's shuffle agrees.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> LookUp(Vector128<byte> table, Vector128<byte> indices) =>
        Vector128.ShuffleNative(table, indices);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> AddBytes(Vector128<byte> a, Vector128<byte> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> AddWords(Vector128<byte> a, Vector128<byte> b) =>
        (a.AsUInt64() + b.AsUInt64()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> SumBytes(Vector128<byte> a)
    {
        Vector128<ushort> pairs = (a.AsUInt16() & Vector128.Create((ushort)0xFF)) + (a.AsUInt16() >>> 8);
        Vector128<uint> fours = (pairs.AsUInt32() & Vector128.Create(0xFFFFu)) + (pairs.AsUInt32() >>> 16);
        return ((fours.AsUInt64() & Vector128.Create(0xFFFF_FFFFul)) + (fours.AsUInt64() >>> 32)).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreInts(int* destination, Vector128<byte> words)
    {
        destination[0] = words.AsInt32().GetElement(0);
        destination[1] = words.AsInt32().GetElement(2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(ulong* destination, Vector128<byte> a) => a.Store((byte*)destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> MultiplyBytes(Vector128<byte> codes, Vector128<byte> query) => Ssse3.IsSupported
        ? Ssse3.MultiplyAddAdjacent(codes, query.AsSByte()).AsByte()
        : MultiplyBytesPortable(codes, query);

    /// <summary>The same where no instruction does it.</summary>
    internal static Vector128<byte> MultiplyBytesPortable(Vector128<byte> codes, Vector128<byte> query)
    {
        Vector128<short> low = (codes.AsInt16() & Vector128.Create((short)0xFF)) * ((query.AsInt16() << 8) >> 8);
        return (low + ((codes.AsInt16() >>> 8) * (query.AsInt16() >> 8))).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> AddShorts(Vector128<byte> a, Vector128<byte> b) =>
        (a.AsInt16() + b.AsInt16()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> AddPairs(Vector128<byte> shorts) => Sse2.IsSupported
        ? Sse2.MultiplyAddAdjacent(shorts.AsInt16(), Vector128<short>.One).AsByte()
        : AddPairsPortable(shorts);

    /// <summary>The same where no instruction does it.</summary>
    internal static Vector128<byte> AddPairsPortable(Vector128<byte> shorts) =>
        (((shorts.AsInt32() << 16) >> 16) + (shorts.AsInt32() >> 16)).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> AddInts(Vector128<byte> a, Vector128<byte> b) => (a.AsInt32() + b.AsInt32()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> ShiftWordsLeft(Vector128<byte> a, int count) => (a.AsUInt64() << count).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> ShiftWordsRight(Vector128<byte> a, int count) => (a.AsUInt64() >>> count).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Select(Vector128<byte> mask, Vector128<byte> a, Vector128<byte> b) =>
        ((a ^ b) & mask) ^ b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Majority(Vector128<byte> a, Vector128<byte> b, Vector128<byte> c) =>
        (a & b) | (c & (a ^ b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Add(ref Vector128<byte> sum, Vector128<byte> a, Vector128<byte> b)
    {
        Vector128<byte> either = sum ^ a;
        Vector128<byte> carry = (sum & a) | (either & b);
        sum = either ^ b;
        return carry;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> BroadcastTable(byte* source) => Vector128.Load(source);

    public static Vector128<byte> PairsOfWords
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector128.Create((byte)0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> InterleaveLower(Vector128<byte> a, Vector128<byte> b) =>
        Sse2.IsSupported ? Sse2.UnpackLow(a, b)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(a, b)
        : (Vector128.WidenLower(a) | (Vector128.WidenLower(b) << 8)).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> InterleaveUpper(Vector128<byte> a, Vector128<byte> b) =>
        Sse2.IsSupported ? Sse2.UnpackHigh(a, b)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(a, b)
        : (Vector128.WidenUpper(a) | (Vector128.WidenUpper(b) << 8)).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> UpperBytes(Vector128<byte> a) => (a.AsUInt16() >>> 8).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> WidenLower(Vector128<byte> a) => Vector128.WidenLower(a.AsUInt16()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> WidenUpper(Vector128<byte> a) => Vector128.WidenUpper(a.AsUInt16()).AsByte();

    // There is no portable prefetch; processors see a straight read coming by themselves.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(ulong* address)
    {
    }
}
