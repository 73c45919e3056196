namespace Sextant.Kernels.Sum;

// The specification of a row's sum: 32 lanes, each from +0; lane i adds elements i, i+32, i+64 … in order; then the
// lanes fold with strides 16, 8, 4, 2, 1. A warp, two AVX-512 registers and a loop all do the same. A row whose length
// is no multiple of 32 is filled up with +0: that turns a lane of −0 (a product that underflowed) into +0.

internal static class SumReference
{
    public const int Lanes = 32;

    /// <summary>Σ x[i].</summary>
    public static float Sum(ReadOnlySpan<float> x)
    {
        Span<float> lanes = stackalloc float[Lanes];
        lanes.Clear();
        for (int i = 0; i < Padded(x.Length); i++)
            lanes[i % Lanes] += i < x.Length ? x[i] : 0f;
        return Fold(lanes);
    }

    /// <summary>Σ x[i]·y[i], each lane a chain of fused multiply-adds.</summary>
    public static float SumOfProducts(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        Span<float> lanes = stackalloc float[Lanes];
        lanes.Clear();
        for (int i = 0; i < Padded(x.Length); i++)
        {
            float left = i < x.Length ? x[i] : 0f;
            lanes[i % Lanes] = MathF.FusedMultiplyAdd(left, i < x.Length ? y[i] : 0f, lanes[i % Lanes]);
        }
        return Fold(lanes);
    }

    private static int Padded(int length) => (length + Lanes - 1) / Lanes * Lanes;

    /// <summary>Folds 32 lanes by addition.</summary>
    public static float Fold(Span<float> lanes)
    {
        for (int stride = Lanes / 2; stride > 0; stride /= 2)
        {
            for (int i = 0; i < stride; i++)
                lanes[i] += lanes[i + stride];
        }
        return lanes[0];
    }

    /// <summary>The largest element: lanes from −∞, then folds, a &gt; b ? a : b throughout.</summary>
    public static float Max(ReadOnlySpan<float> x)
    {
        Span<float> lanes = stackalloc float[Lanes];
        lanes.Fill(float.NegativeInfinity);
        for (int i = 0; i < x.Length; i++)
            lanes[i % Lanes] = lanes[i % Lanes] > x[i] ? lanes[i % Lanes] : x[i];
        for (int stride = Lanes / 2; stride > 0; stride /= 2)
        {
            for (int i = 0; i < stride; i++)
                lanes[i] = lanes[i] > lanes[i + stride] ? lanes[i] : lanes[i + stride];
        }
        return lanes[0];
    }
}
