using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sextant.Bench;

/// <summary>What one core reaches in fused multiply-adds: the ceiling that kernels are measured against.</summary>
internal static class FmaPeak
{
    /// <summary>GFLOP/s of one thread over about <paramref name="milliseconds"/>.</summary>
    public static double Measure(int milliseconds)
    {
        long iterations = 200_000;
        long start = Stopwatch.GetTimestamp();
        double flops = 0;
        float sink = 0;
        do
        {
            sink += Vector512.IsHardwareAccelerated ? Run512(iterations) : Run256(iterations);
            flops += iterations * (Vector512.IsHardwareAccelerated ? 16.0 * 20 * 2 : 8.0 * 12 * 2);
        }
        while (Stopwatch.GetElapsedTime(start).TotalMilliseconds < milliseconds);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return float.IsNaN(sink) ? double.NaN : flops / seconds / 1e9;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Run512(long iterations)
    {
        Vector512<float> m = Vector512.Create(0.999f), a = Vector512.Create(0.001f);
        Vector512<float> v0 = a, v1 = a, v2 = a, v3 = a, v4 = a, v5 = a, v6 = a, v7 = a, v8 = a, v9 = a;
        Vector512<float> w0 = a, w1 = a, w2 = a, w3 = a, w4 = a, w5 = a, w6 = a, w7 = a, w8 = a, w9 = a;
        for (long i = 0; i < iterations; i++)
        {
            v0 = Vector512.FusedMultiplyAdd(v0, m, a); v1 = Vector512.FusedMultiplyAdd(v1, m, a);
            v2 = Vector512.FusedMultiplyAdd(v2, m, a); v3 = Vector512.FusedMultiplyAdd(v3, m, a);
            v4 = Vector512.FusedMultiplyAdd(v4, m, a); v5 = Vector512.FusedMultiplyAdd(v5, m, a);
            v6 = Vector512.FusedMultiplyAdd(v6, m, a); v7 = Vector512.FusedMultiplyAdd(v7, m, a);
            v8 = Vector512.FusedMultiplyAdd(v8, m, a); v9 = Vector512.FusedMultiplyAdd(v9, m, a);
            w0 = Vector512.FusedMultiplyAdd(w0, m, a); w1 = Vector512.FusedMultiplyAdd(w1, m, a);
            w2 = Vector512.FusedMultiplyAdd(w2, m, a); w3 = Vector512.FusedMultiplyAdd(w3, m, a);
            w4 = Vector512.FusedMultiplyAdd(w4, m, a); w5 = Vector512.FusedMultiplyAdd(w5, m, a);
            w6 = Vector512.FusedMultiplyAdd(w6, m, a); w7 = Vector512.FusedMultiplyAdd(w7, m, a);
            w8 = Vector512.FusedMultiplyAdd(w8, m, a); w9 = Vector512.FusedMultiplyAdd(w9, m, a);
        }
        return Vector512.Sum(v0 + v1 + v2 + v3 + v4 + v5 + v6 + v7 + v8 + v9
            + w0 + w1 + w2 + w3 + w4 + w5 + w6 + w7 + w8 + w9);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Run256(long iterations)
    {
        Vector256<float> m = Vector256.Create(0.999f), a = Vector256.Create(0.001f);
        Vector256<float> v0 = a, v1 = a, v2 = a, v3 = a, v4 = a, v5 = a;
        Vector256<float> w0 = a, w1 = a, w2 = a, w3 = a, w4 = a, w5 = a;
        for (long i = 0; i < iterations; i++)
        {
            v0 = Vector256.FusedMultiplyAdd(v0, m, a); v1 = Vector256.FusedMultiplyAdd(v1, m, a);
            v2 = Vector256.FusedMultiplyAdd(v2, m, a); v3 = Vector256.FusedMultiplyAdd(v3, m, a);
            v4 = Vector256.FusedMultiplyAdd(v4, m, a); v5 = Vector256.FusedMultiplyAdd(v5, m, a);
            w0 = Vector256.FusedMultiplyAdd(w0, m, a); w1 = Vector256.FusedMultiplyAdd(w1, m, a);
            w2 = Vector256.FusedMultiplyAdd(w2, m, a); w3 = Vector256.FusedMultiplyAdd(w3, m, a);
            w4 = Vector256.FusedMultiplyAdd(w4, m, a); w5 = Vector256.FusedMultiplyAdd(w5, m, a);
        }
        return Vector256.Sum(v0 + v1 + v2 + v3 + v4 + v5 + w0 + w1 + w2 + w3 + w4 + w5);
    }
}
