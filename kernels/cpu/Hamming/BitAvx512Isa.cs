using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sextant.Kernels.Hamming;

/// <summary>64 bytes. The hardware's own bit count (VPOPCNTDQ) cannot be reached from .NET 10.</summary>
internal readonly unsafe struct BitAvx512Isa : IBitIsa<Vector512<byte>>
{
    public static int Words => 8;

    public static Vector512<byte> Zero => Vector512<byte>.Zero;

    public static Vector512<byte> BitCounts
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512.Create(BitAvx2Isa.BitCounts, BitAvx2Isa.BitCounts);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Load(ulong* source) => Vector512.Load((byte*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Broadcast(ulong word) => Vector512.Create(word).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> And(Vector512<byte> a, Vector512<byte> b) => a & b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Xor(Vector512<byte> a, Vector512<byte> b) => a ^ b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> UpperHalves(Vector512<byte> a) => (a.AsUInt64() >>> 4).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> LookUp(Vector512<byte> table, Vector512<byte> indices) =>
        Avx512BW.Shuffle(table, indices);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> AddBytes(Vector512<byte> a, Vector512<byte> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> AddWords(Vector512<byte> a, Vector512<byte> b) =>
        (a.AsUInt64() + b.AsUInt64()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> SumBytes(Vector512<byte> a) =>
        Avx512BW.SumAbsoluteDifferences(a, Vector512<byte>.Zero).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreInts(int* destination, Vector512<byte> words) =>
        Avx512F.ConvertToVector256Int32(words.AsInt64()).Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(ulong* address) => Sse.Prefetch0(address);
}
