using System.Runtime.CompilerServices;
using Sextant.Kernels.Vectors;

namespace Sextant.Kernels.Sum;

// Row sums in the order of SumReference. A row's tail of fewer than 32 elements goes through a buffer of TailLength
// elements, filled up with +0 (the caller's, since a method that allocates on the stack is not inlined).

internal static unsafe class SumF32<TIsa, TVector>
    where TIsa : struct, IVectorIsa<TVector>
    where TVector : struct
{
    /// <summary>Elements of the caller's tail buffer.</summary>
    public const int TailLength = 64;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(float* x, int n, float* tail)
    {
        var lanes = Lanes32<TIsa, TVector>.Filled(0f);
        int whole = n & ~31;
        for (int i = 0; i < whole; i += 32)
            Add(ref lanes, x + i);
        if (whole != n)
        {
            CopyTail(tail, x + whole, n - whole, 0f);
            Add(ref lanes, tail);
        }
        return lanes.FoldAdd();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float SumOfProducts(float* x, float* y, int n, float* tail)
    {
        var lanes = Lanes32<TIsa, TVector>.Filled(0f);
        int whole = n & ~31;
        for (int i = 0; i < whole; i += 32)
            Fma(ref lanes, x + i, y + i);
        if (whole != n)
        {
            CopyTail(tail, x + whole, n - whole, 0f);
            CopyTail(tail + 32, y + whole, n - whole, 0f);
            Fma(ref lanes, tail, tail + 32);
        }
        return lanes.FoldAdd();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Max(float* x, int n, float* tail)
    {
        var lanes = Lanes32<TIsa, TVector>.Filled(float.NegativeInfinity);
        int whole = n & ~31;
        for (int i = 0; i < whole; i += 32)
            Max(ref lanes, x + i);
        if (whole != n)
        {
            CopyTail(tail, x + whole, n - whole, float.NegativeInfinity);
            Max(ref lanes, tail);
        }
        return lanes.FoldMax();
    }

    /// <summary>Copies n elements into a buffer of 32 and fills the rest.</summary>
    public static void CopyTail(float* buffer, float* source, int n, float fill)
    {
        for (int i = 0; i < 32; i++)
            buffer[i] = i < n ? source[i] : fill;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(ref Lanes32<TIsa, TVector> lanes, float* x)
    {
        int c = TIsa.Count;
        lanes.V0 = TIsa.Add(lanes.V0, TIsa.Load(x));
        lanes.V1 = TIsa.Add(lanes.V1, TIsa.Load(x + c));
        if (TIsa.Count == 16)
            return;
        lanes.V2 = TIsa.Add(lanes.V2, TIsa.Load(x + 2 * c));
        lanes.V3 = TIsa.Add(lanes.V3, TIsa.Load(x + 3 * c));
        if (TIsa.Count == 8)
            return;
        lanes.V4 = TIsa.Add(lanes.V4, TIsa.Load(x + 4 * c));
        lanes.V5 = TIsa.Add(lanes.V5, TIsa.Load(x + 5 * c));
        lanes.V6 = TIsa.Add(lanes.V6, TIsa.Load(x + 6 * c));
        lanes.V7 = TIsa.Add(lanes.V7, TIsa.Load(x + 7 * c));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fma(ref Lanes32<TIsa, TVector> lanes, float* x, float* y)
    {
        int c = TIsa.Count;
        lanes.V0 = TIsa.Fma(TIsa.Load(x), TIsa.Load(y), lanes.V0);
        lanes.V1 = TIsa.Fma(TIsa.Load(x + c), TIsa.Load(y + c), lanes.V1);
        if (TIsa.Count == 16)
            return;
        lanes.V2 = TIsa.Fma(TIsa.Load(x + 2 * c), TIsa.Load(y + 2 * c), lanes.V2);
        lanes.V3 = TIsa.Fma(TIsa.Load(x + 3 * c), TIsa.Load(y + 3 * c), lanes.V3);
        if (TIsa.Count == 8)
            return;
        lanes.V4 = TIsa.Fma(TIsa.Load(x + 4 * c), TIsa.Load(y + 4 * c), lanes.V4);
        lanes.V5 = TIsa.Fma(TIsa.Load(x + 5 * c), TIsa.Load(y + 5 * c), lanes.V5);
        lanes.V6 = TIsa.Fma(TIsa.Load(x + 6 * c), TIsa.Load(y + 6 * c), lanes.V6);
        lanes.V7 = TIsa.Fma(TIsa.Load(x + 7 * c), TIsa.Load(y + 7 * c), lanes.V7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Max(ref Lanes32<TIsa, TVector> lanes, float* x)
    {
        int c = TIsa.Count;
        lanes.V0 = TIsa.Max(lanes.V0, TIsa.Load(x));
        lanes.V1 = TIsa.Max(lanes.V1, TIsa.Load(x + c));
        if (TIsa.Count == 16)
            return;
        lanes.V2 = TIsa.Max(lanes.V2, TIsa.Load(x + 2 * c));
        lanes.V3 = TIsa.Max(lanes.V3, TIsa.Load(x + 3 * c));
        if (TIsa.Count == 8)
            return;
        lanes.V4 = TIsa.Max(lanes.V4, TIsa.Load(x + 4 * c));
        lanes.V5 = TIsa.Max(lanes.V5, TIsa.Load(x + 5 * c));
        lanes.V6 = TIsa.Max(lanes.V6, TIsa.Load(x + 6 * c));
        lanes.V7 = TIsa.Max(lanes.V7, TIsa.Load(x + 7 * c));
    }

    /// <summary>The same of the first n elements of 32; <paramref name="numbers"/> are 0 … 31.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MaxOfFirst(ref Lanes32<TIsa, TVector> lanes, float* x, float n, float* numbers)
    {
        int c = TIsa.Count;
        lanes.V0 = TIsa.Max(lanes.V0, First(x, n, numbers));
        lanes.V1 = TIsa.Max(lanes.V1, First(x + c, n, numbers + c));
        if (TIsa.Count == 16)
            return;
        lanes.V2 = TIsa.Max(lanes.V2, First(x + 2 * c, n, numbers + 2 * c));
        lanes.V3 = TIsa.Max(lanes.V3, First(x + 3 * c, n, numbers + 3 * c));
        if (TIsa.Count == 8)
            return;
        lanes.V4 = TIsa.Max(lanes.V4, First(x + 4 * c, n, numbers + 4 * c));
        lanes.V5 = TIsa.Max(lanes.V5, First(x + 5 * c, n, numbers + 5 * c));
        lanes.V6 = TIsa.Max(lanes.V6, First(x + 6 * c, n, numbers + 6 * c));
        lanes.V7 = TIsa.Max(lanes.V7, First(x + 7 * c, n, numbers + 7 * c));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector First(float* x, float n, float* numbers) => TIsa.SelectGreater(
        TIsa.Broadcast(n), TIsa.Load(numbers), TIsa.Load(x), TIsa.Broadcast(float.NegativeInfinity));
}
