using System.Runtime.CompilerServices;
using Sextant.Kernels.Hamming;

namespace Sextant.Kernels.PackedDot;

/// <summary>How codes of some bits are unpacked.</summary>
internal unsafe interface IPackedBits
{
    /// <summary>Words of a block.</summary>
    static abstract int Words { get; }

    /// <summary>Groups of eight dimensions in a block.</summary>
    static abstract int Groups { get; }

    /// <summary>
    /// Blocks whose products are added in 16 bits: a group adds at most 2 · 127 · the greatest code, of 32,767.
    /// </summary>
    static abstract int BlocksPerSum { get; }

    /// <summary>Adds the products of the first words of a block, to integers of 16 bits.</summary>
    /// <param name="sum">The sums so far.</param>
    /// <param name="tile">The first word; the others follow, a tile's codes apart.</param>
    /// <param name="query">[Groups].</param>
    /// <param name="words">1 to <see cref="Words"/>.</param>
    static abstract TVector Add<TIsa, TVector>(TVector sum, ulong* tile, ulong* query, int words)
        where TIsa : struct, IBitIsa<TVector>
        where TVector : struct;
}

/// <summary>The steps that all sizes have in common.</summary>
internal static unsafe class PackedGroup<TIsa, TVector>
    where TIsa : struct, IBitIsa<TVector>
    where TVector : struct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Add(TVector sum, TVector codes, ulong* query) =>
        TIsa.AddShorts(sum, TIsa.MultiplyBytes(codes, TIsa.Broadcast(*query)));

    /// <summary>The bits of a mask, after a shift to the right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Bits(TVector words, int shift, ulong mask) =>
        TIsa.And(TIsa.ShiftWordsRight(words, shift), TIsa.Broadcast(mask));
}

internal readonly unsafe struct OneBit : IPackedBits
{
    private const ulong Mask = 0x0101_0101_0101_0101;

    public static int Words => 1;

    public static int Groups => 8;

    public static int BlocksPerSum => 16; // 16 · 8 · 2 · 127 · 1 = 32,512

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Add<TIsa, TVector>(TVector sum, ulong* tile, ulong* query, int words)
        where TIsa : struct, IBitIsa<TVector>
        where TVector : struct
    {
        TVector w = TIsa.Load(tile), m = TIsa.Broadcast(Mask);
        sum = PackedGroup<TIsa, TVector>.Add(sum, TIsa.And(w, m), query);
        sum = PackedGroup<TIsa, TVector>.Add(sum, TIsa.And(TIsa.ShiftWordsRight(w, 1), m), query + 1);
        sum = PackedGroup<TIsa, TVector>.Add(sum, TIsa.And(TIsa.ShiftWordsRight(w, 2), m), query + 2);
        sum = PackedGroup<TIsa, TVector>.Add(sum, TIsa.And(TIsa.ShiftWordsRight(w, 3), m), query + 3);
        sum = PackedGroup<TIsa, TVector>.Add(sum, TIsa.And(TIsa.ShiftWordsRight(w, 4), m), query + 4);
        sum = PackedGroup<TIsa, TVector>.Add(sum, TIsa.And(TIsa.ShiftWordsRight(w, 5), m), query + 5);
        sum = PackedGroup<TIsa, TVector>.Add(sum, TIsa.And(TIsa.ShiftWordsRight(w, 6), m), query + 6);
        return PackedGroup<TIsa, TVector>.Add(sum, TIsa.And(TIsa.ShiftWordsRight(w, 7), m), query + 7);
    }
}

internal readonly unsafe struct TwoBits : IPackedBits
{
    private const ulong Mask = 0x0303_0303_0303_0303;

    public static int Words => 1;

    public static int Groups => 4;

    public static int BlocksPerSum => 10; // 10 · 4 · 2 · 127 · 3 = 30,480

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Add<TIsa, TVector>(TVector sum, ulong* tile, ulong* query, int words)
        where TIsa : struct, IBitIsa<TVector>
        where TVector : struct
    {
        TVector w = TIsa.Load(tile), m = TIsa.Broadcast(Mask);
        sum = PackedGroup<TIsa, TVector>.Add(sum, TIsa.And(w, m), query);
        sum = PackedGroup<TIsa, TVector>.Add(sum, TIsa.And(TIsa.ShiftWordsRight(w, 2), m), query + 1);
        sum = PackedGroup<TIsa, TVector>.Add(sum, TIsa.And(TIsa.ShiftWordsRight(w, 4), m), query + 2);
        return PackedGroup<TIsa, TVector>.Add(sum, TIsa.And(TIsa.ShiftWordsRight(w, 6), m), query + 3);
    }
}

internal readonly unsafe struct ThreeBits : IPackedBits
{
    private const ulong Mask = 0x0707_0707_0707_0707;
    private const ulong Low = 0x0303_0303_0303_0303;
    private const ulong High = 0x0404_0404_0404_0404;

    public static int Words => 3;

    public static int Groups => 8;

    public static int BlocksPerSum => 2; // 2 · 8 · 2 · 127 · 7 = 28,448

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Add<TIsa, TVector>(TVector sum, ulong* tile, ulong* query, int words)
        where TIsa : struct, IBitIsa<TVector>
        where TVector : struct
    {
        TVector m = TIsa.Broadcast(Mask), w0 = TIsa.Load(tile);
        sum = PackedGroup<TIsa, TVector>.Add(sum, TIsa.And(w0, m), query);
        sum = PackedGroup<TIsa, TVector>.Add(sum, TIsa.And(TIsa.ShiftWordsRight(w0, 3), m), query + 1);
        if (words == 1)
            return sum;
        TVector w1 = TIsa.Load(tile + PackedDotArguments.TileCodes);
        sum = PackedGroup<TIsa, TVector>.Add(sum, TIsa.And(w1, m), query + 2);
        sum = PackedGroup<TIsa, TVector>.Add(sum, TIsa.And(TIsa.ShiftWordsRight(w1, 3), m), query + 3);
        TVector four = TIsa.AddBytes(
            PackedGroup<TIsa, TVector>.Bits(w0, 6, Low), PackedGroup<TIsa, TVector>.Bits(w1, 4, High));
        sum = PackedGroup<TIsa, TVector>.Add(sum, four, query + 4);
        if (words == 2)
            return sum;
        TVector w2 = TIsa.Load(tile + (2 * PackedDotArguments.TileCodes));
        sum = PackedGroup<TIsa, TVector>.Add(sum, TIsa.And(w2, m), query + 5);
        sum = PackedGroup<TIsa, TVector>.Add(sum, TIsa.And(TIsa.ShiftWordsRight(w2, 3), m), query + 6);
        TVector seven = TIsa.AddBytes(
            PackedGroup<TIsa, TVector>.Bits(w2, 6, Low), PackedGroup<TIsa, TVector>.Bits(w1, 5, High));
        return PackedGroup<TIsa, TVector>.Add(sum, seven, query + 7);
    }
}

internal readonly unsafe struct FourBits : IPackedBits
{
    private const ulong Mask = 0x0F0F_0F0F_0F0F_0F0F;

    public static int Words => 1;

    public static int Groups => 2;

    public static int BlocksPerSum => 4; // 4 · 2 · 2 · 127 · 15 = 30,480

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Add<TIsa, TVector>(TVector sum, ulong* tile, ulong* query, int words)
        where TIsa : struct, IBitIsa<TVector>
        where TVector : struct
    {
        TVector w = TIsa.Load(tile), m = TIsa.Broadcast(Mask);
        sum = PackedGroup<TIsa, TVector>.Add(sum, TIsa.And(w, m), query);
        return PackedGroup<TIsa, TVector>.Add(sum, TIsa.And(TIsa.ShiftWordsRight(w, 4), m), query + 1);
    }
}
