using System.Runtime.CompilerServices;
using Sextant.Kernels.Elementary;
using Sextant.Kernels.Sum;
using Sextant.Kernels.Vectors;

namespace Sextant.Kernels.Attention;

// From products q·k to probabilities, a row at a time, in place (order: AttentionReference).   Bound: compute (exp).

internal static unsafe class AttentionSoftmax<TIsa, TVector>
    where TIsa : struct, IVectorIsa<TVector>
    where TVector : struct
{
    /// <summary>
    /// Turns n scores into p, in place, and returns 1/Sum(p). What a last row of 32 lacks counts as −∞, whose p is +0:
    /// up to 31 elements after the scores become +0.
    /// </summary>
    /// <param name="scores">[n], with room for the rest of a row of 32.</param>
    /// <param name="n">Keys.</param>
    /// <param name="scale">What scores are multiplied by.</param>
    /// <param name="numbers">0 … 31.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Run(float* scores, int n, float scale, float* numbers)
    {
        int whole = n & ~31;
        float rest = n - whole;
        var most = Lanes32<TIsa, TVector>.Filled(float.NegativeInfinity);
        for (int i = 0; i < whole; i += 32)
            SumF32<TIsa, TVector>.Max(ref most, scores + i);
        if (rest != 0f)
        {
            // No store before the load: it would wait for the tile's wider ones.
            SumF32<TIsa, TVector>.MaxOfFirst(ref most, scores + whole, rest, numbers);
        }
        float largest = most.FoldMax() * scale;
        TVector scales = TIsa.Broadcast(scale);
        TVector shift = TIsa.Broadcast(-largest);
        var lanes = Lanes32<TIsa, TVector>.Filled(0f);
        for (int i = 0; i < whole; i += 32)
        {
            Exponentiate(scores + i, scales, shift);
            SumF32<TIsa, TVector>.Add(ref lanes, scores + i);
        }
        if (rest != 0f)
        {
            for (int i = 0; i < 32; i += TIsa.Count)
            {
                float* x = scores + whole + i;
                TVector p = ElementaryF32<TIsa, TVector>.Exp(TIsa.Fma(TIsa.Load(x), scales, shift));
                TIsa.Store(x, TIsa.SelectGreater(TIsa.Broadcast(rest), TIsa.Load(numbers + i), p, TIsa.Zero));
            }
            SumF32<TIsa, TVector>.Add(ref lanes, scores + whole);
        }
        return 1f / lanes.FoldAdd();
    }

    /// <summary>s = fma(c, scale, bias), bias [n].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddBias(float* scores, float* bias, int n, float scale)
    {
        TVector scales = TIsa.Broadcast(scale);
        int j = 0;
        for (; j <= n - TIsa.Count; j += TIsa.Count)
            TIsa.Store(scores + j, TIsa.Fma(TIsa.Load(scores + j), scales, TIsa.Load(bias + j)));
        for (; j < n; j++)
            scores[j] = MathF.FusedMultiplyAdd(scores[j], scale, bias[j]);
    }

    /// <summary>s = cap · tanh(c · factor).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Cap(float* scores, int n, float factor, float cap)
    {
        TVector factors = TIsa.Broadcast(factor);
        TVector caps = TIsa.Broadcast(cap);
        int j = 0;
        for (; j <= n - TIsa.Count; j += TIsa.Count)
        {
            TVector tanh = ElementaryF32<TIsa, TVector>.Tanh(TIsa.Multiply(TIsa.Load(scores + j), factors));
            TIsa.Store(scores + j, TIsa.Multiply(caps, tanh));
        }
        for (; j < n; j++)
            scores[j] = cap * ElementaryReference.Tanh(scores[j] * factor);
    }

    /// <summary>c = (c + content[row]) + position[row], row by row number; the rows of position are P apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddPositions(float* scores, int* rows, float* content, float* position, int positions, int n)
    {
        for (int j = 0; j < n; j++, position += positions)
            scores[j] = scores[j] + content[rows[j]] + position[rows[j]];
    }

    // 32 elements.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Exponentiate(float* x, TVector scale, TVector shift)
    {
        for (int i = 0; i < 32; i += TIsa.Count)
            TIsa.Store(x + i, ElementaryF32<TIsa, TVector>.Exp(TIsa.Fma(TIsa.Load(x + i), scale, shift)));
    }
}
