using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Sextant.Measurement.Sampling;

namespace Sextant.Measurement.Peaks;

/// <summary>What one core reaches in fused multiply-adds: the ceiling that kernels are measured against.</summary>
/// <remarks>Twenty chains (512 bits) or twelve hide the latency of the operation; nothing touches memory.</remarks>
internal static class FmaPeak
{
    private const int Chains512 = 20;
    private const int Chains = 12;

    // Some 70 µs: far above the clock's resolution, far below the scheduler's slices of time.
    private const long Iterations = 20_000;

    /// <summary>The kinds of arithmetic that this machine has in hardware, best first within a type.</summary>
    public static IReadOnlyList<string> Kinds { get; } = FindKinds();

    /// <summary>GFLOP/s of one thread over about <paramref name="seconds"/>, in the widest f32.</summary>
    public static double Measure(double seconds) => Measure(Kinds[0], seconds);

    /// <summary>GFLOP/s of one thread over about <paramref name="seconds"/>.</summary>
    public static double Measure(string kind, double seconds)
    {
        double perIteration = FlopsPerIteration(kind);
        double sink = Run(kind, Iterations);
        var slices = new SliceTimes(seconds);
        while (slices.Next())
            sink += Run(kind, Iterations);
        return double.IsNaN(sink) ? double.NaN : Iterations * perIteration / slices.Median / 1e9;
    }

    private static List<string> FindKinds()
    {
        var kinds = new List<string>();
        if (Vector512.IsHardwareAccelerated)
            kinds.AddRange(["f32-512", "f64-512"]);
        if (Vector256.IsHardwareAccelerated)
            kinds.AddRange(["f32-256", "f64-256"]);
        kinds.Add("f32-128");
        return kinds;
    }

    private static double FlopsPerIteration(string kind) => kind switch
    {
        "f32-512" => 2.0 * 16 * Chains512,
        "f64-512" => 2.0 * 8 * Chains512,
        "f32-256" => 2.0 * 8 * Chains,
        "f64-256" => 2.0 * 4 * Chains,
        _ => 2.0 * 4 * Chains,
    };

    private static double Run(string kind, long iterations) => kind switch
    {
        "f32-512" => Single512(iterations),
        "f64-512" => Double512(iterations),
        "f32-256" => Single256(iterations),
        "f64-256" => Double256(iterations),
        _ => Single128(iterations),
    };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Single512(long iterations)
    {
        Vector512<float> m = Vector512.Create((float)0.999), a = Vector512.Create((float)0.001);
        Vector512<float> v0 = a, v1 = a, v2 = a, v3 = a, v4 = a, v5 = a, v6 = a, v7 = a, v8 = a, v9 = a;
        Vector512<float> v10 = a, v11 = a, v12 = a, v13 = a, v14 = a, v15 = a, v16 = a, v17 = a, v18 = a, v19 = a;
        for (long i = 0; i < iterations; i++)
        {
            v0 = Vector512.FusedMultiplyAdd(v0, m, a); v1 = Vector512.FusedMultiplyAdd(v1, m, a);
            v2 = Vector512.FusedMultiplyAdd(v2, m, a); v3 = Vector512.FusedMultiplyAdd(v3, m, a);
            v4 = Vector512.FusedMultiplyAdd(v4, m, a); v5 = Vector512.FusedMultiplyAdd(v5, m, a);
            v6 = Vector512.FusedMultiplyAdd(v6, m, a); v7 = Vector512.FusedMultiplyAdd(v7, m, a);
            v8 = Vector512.FusedMultiplyAdd(v8, m, a); v9 = Vector512.FusedMultiplyAdd(v9, m, a);
            v10 = Vector512.FusedMultiplyAdd(v10, m, a); v11 = Vector512.FusedMultiplyAdd(v11, m, a);
            v12 = Vector512.FusedMultiplyAdd(v12, m, a); v13 = Vector512.FusedMultiplyAdd(v13, m, a);
            v14 = Vector512.FusedMultiplyAdd(v14, m, a); v15 = Vector512.FusedMultiplyAdd(v15, m, a);
            v16 = Vector512.FusedMultiplyAdd(v16, m, a); v17 = Vector512.FusedMultiplyAdd(v17, m, a);
            v18 = Vector512.FusedMultiplyAdd(v18, m, a); v19 = Vector512.FusedMultiplyAdd(v19, m, a);
        }
        return Vector512.Sum(v0 + v1 + v2 + v3 + v4 + v5 + v6 + v7 + v8 + v9
            + v10 + v11 + v12 + v13 + v14 + v15 + v16 + v17 + v18 + v19);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Double512(long iterations)
    {
        Vector512<double> m = Vector512.Create((double)0.999), a = Vector512.Create((double)0.001);
        Vector512<double> v0 = a, v1 = a, v2 = a, v3 = a, v4 = a, v5 = a, v6 = a, v7 = a, v8 = a, v9 = a;
        Vector512<double> v10 = a, v11 = a, v12 = a, v13 = a, v14 = a, v15 = a, v16 = a, v17 = a, v18 = a, v19 = a;
        for (long i = 0; i < iterations; i++)
        {
            v0 = Vector512.FusedMultiplyAdd(v0, m, a); v1 = Vector512.FusedMultiplyAdd(v1, m, a);
            v2 = Vector512.FusedMultiplyAdd(v2, m, a); v3 = Vector512.FusedMultiplyAdd(v3, m, a);
            v4 = Vector512.FusedMultiplyAdd(v4, m, a); v5 = Vector512.FusedMultiplyAdd(v5, m, a);
            v6 = Vector512.FusedMultiplyAdd(v6, m, a); v7 = Vector512.FusedMultiplyAdd(v7, m, a);
            v8 = Vector512.FusedMultiplyAdd(v8, m, a); v9 = Vector512.FusedMultiplyAdd(v9, m, a);
            v10 = Vector512.FusedMultiplyAdd(v10, m, a); v11 = Vector512.FusedMultiplyAdd(v11, m, a);
            v12 = Vector512.FusedMultiplyAdd(v12, m, a); v13 = Vector512.FusedMultiplyAdd(v13, m, a);
            v14 = Vector512.FusedMultiplyAdd(v14, m, a); v15 = Vector512.FusedMultiplyAdd(v15, m, a);
            v16 = Vector512.FusedMultiplyAdd(v16, m, a); v17 = Vector512.FusedMultiplyAdd(v17, m, a);
            v18 = Vector512.FusedMultiplyAdd(v18, m, a); v19 = Vector512.FusedMultiplyAdd(v19, m, a);
        }
        return Vector512.Sum(v0 + v1 + v2 + v3 + v4 + v5 + v6 + v7 + v8 + v9
            + v10 + v11 + v12 + v13 + v14 + v15 + v16 + v17 + v18 + v19);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Single256(long iterations)
    {
        Vector256<float> m = Vector256.Create((float)0.999), a = Vector256.Create((float)0.001);
        Vector256<float> v0 = a, v1 = a, v2 = a, v3 = a, v4 = a, v5 = a, v6 = a, v7 = a, v8 = a, v9 = a;
        Vector256<float> v10 = a, v11 = a;
        for (long i = 0; i < iterations; i++)
        {
            v0 = Vector256.FusedMultiplyAdd(v0, m, a); v1 = Vector256.FusedMultiplyAdd(v1, m, a);
            v2 = Vector256.FusedMultiplyAdd(v2, m, a); v3 = Vector256.FusedMultiplyAdd(v3, m, a);
            v4 = Vector256.FusedMultiplyAdd(v4, m, a); v5 = Vector256.FusedMultiplyAdd(v5, m, a);
            v6 = Vector256.FusedMultiplyAdd(v6, m, a); v7 = Vector256.FusedMultiplyAdd(v7, m, a);
            v8 = Vector256.FusedMultiplyAdd(v8, m, a); v9 = Vector256.FusedMultiplyAdd(v9, m, a);
            v10 = Vector256.FusedMultiplyAdd(v10, m, a); v11 = Vector256.FusedMultiplyAdd(v11, m, a);
        }
        return Vector256.Sum(v0 + v1 + v2 + v3 + v4 + v5 + v6 + v7 + v8 + v9
            + v10 + v11);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Double256(long iterations)
    {
        Vector256<double> m = Vector256.Create((double)0.999), a = Vector256.Create((double)0.001);
        Vector256<double> v0 = a, v1 = a, v2 = a, v3 = a, v4 = a, v5 = a, v6 = a, v7 = a, v8 = a, v9 = a;
        Vector256<double> v10 = a, v11 = a;
        for (long i = 0; i < iterations; i++)
        {
            v0 = Vector256.FusedMultiplyAdd(v0, m, a); v1 = Vector256.FusedMultiplyAdd(v1, m, a);
            v2 = Vector256.FusedMultiplyAdd(v2, m, a); v3 = Vector256.FusedMultiplyAdd(v3, m, a);
            v4 = Vector256.FusedMultiplyAdd(v4, m, a); v5 = Vector256.FusedMultiplyAdd(v5, m, a);
            v6 = Vector256.FusedMultiplyAdd(v6, m, a); v7 = Vector256.FusedMultiplyAdd(v7, m, a);
            v8 = Vector256.FusedMultiplyAdd(v8, m, a); v9 = Vector256.FusedMultiplyAdd(v9, m, a);
            v10 = Vector256.FusedMultiplyAdd(v10, m, a); v11 = Vector256.FusedMultiplyAdd(v11, m, a);
        }
        return Vector256.Sum(v0 + v1 + v2 + v3 + v4 + v5 + v6 + v7 + v8 + v9
            + v10 + v11);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Single128(long iterations)
    {
        Vector128<float> m = Vector128.Create((float)0.999), a = Vector128.Create((float)0.001);
        Vector128<float> v0 = a, v1 = a, v2 = a, v3 = a, v4 = a, v5 = a, v6 = a, v7 = a, v8 = a, v9 = a;
        Vector128<float> v10 = a, v11 = a;
        for (long i = 0; i < iterations; i++)
        {
            v0 = Vector128.FusedMultiplyAdd(v0, m, a); v1 = Vector128.FusedMultiplyAdd(v1, m, a);
            v2 = Vector128.FusedMultiplyAdd(v2, m, a); v3 = Vector128.FusedMultiplyAdd(v3, m, a);
            v4 = Vector128.FusedMultiplyAdd(v4, m, a); v5 = Vector128.FusedMultiplyAdd(v5, m, a);
            v6 = Vector128.FusedMultiplyAdd(v6, m, a); v7 = Vector128.FusedMultiplyAdd(v7, m, a);
            v8 = Vector128.FusedMultiplyAdd(v8, m, a); v9 = Vector128.FusedMultiplyAdd(v9, m, a);
            v10 = Vector128.FusedMultiplyAdd(v10, m, a); v11 = Vector128.FusedMultiplyAdd(v11, m, a);
        }
        return Vector128.Sum(v0 + v1 + v2 + v3 + v4 + v5 + v6 + v7 + v8 + v9
            + v10 + v11);
    }
}
