using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Sextant.Measurement.Sampling;

namespace Sextant.Measurement.Peaks;

/// <summary>What one core reaches in multiply-adds: the ceiling that kernels are measured against.</summary>
/// <remarks>Twenty chains (512 bits) or twelve hide the latency of the operation; nothing touches memory.</remarks>
internal static class FmaPeak
{
    private const int Chains512 = 20;
    private const int Chains = 12;

    // Some 70 µs: far above the clock's resolution, far below the scheduler's slices of time.
    private const long Iterations = 20_000;

    // A kind that the machine has, and one call of its loop: operations done.
    private sealed record Loop(string Kind, double Operations, Func<long, double> Run);

    private static readonly Loop[] s_loops = [.. FindLoops()];

    /// <summary>The kinds of arithmetic that this machine has in hardware, the widest f32 first.</summary>
    public static IReadOnlyList<string> Kinds { get; } = [.. s_loops.Select(loop => loop.Kind)];

    /// <summary>What a reader misses among <see cref="Kinds"/>, and why it is not there.</summary>
    public static IReadOnlyList<string> Absent { get; } =
    [
        .. Kinds.Contains("bf16-512") ? (string[])
            ["f16: no instruction here multiplies it; kernels widen it to f32, whose ceiling holds"]
            : ["f16 and bf16: no instruction here multiplies them; kernels widen them to f32, whose ceiling holds"],
        .. Kinds.Any(IsInteger) ? (string[])[] : ["int8: this processor has no dot product that can be used"],
    ];

    /// <summary>Whether a kind counts operations on integers.</summary>
    public static bool IsInteger(string kind) => kind.StartsWith('i');

    /// <summary>GFLOP/s of one thread over about <paramref name="seconds"/>, in the widest f32.</summary>
    public static double Measure(double seconds) => Measure(Kinds[0], seconds);

    /// <summary>10⁹ operations a second of one thread over about <paramref name="seconds"/>.</summary>
    public static double Measure(string kind, double seconds)
    {
        Loop loop = Array.Find(s_loops, one => one.Kind == kind)
            ?? throw new ArgumentException($"this machine has no '{kind}'.", nameof(kind));
        double sink = loop.Run(Iterations);
        var slices = new SliceTimes(seconds);
        while (slices.Next())
            sink += loop.Run(Iterations);
        return double.IsNaN(sink) ? double.NaN : Iterations * loop.Operations / slices.Median / 1e9;
    }

    /// <summary>
    /// How much faster than the widest f32 a unit's widest kind is, over about <paramref name="seconds"/>; 1 where this
    /// machine has no such unit, so that f32 stands in for it.
    /// </summary>
    /// <param name="unit">The start of a kind: f32, bf16, i8.</param>
    /// <param name="seconds">How long each of the two is measured.</param>
    public static double OverF32(string unit, double seconds)
    {
        string? widest = Kinds.Where(kind => kind.StartsWith(unit + "-", StringComparison.Ordinal)).MaxBy(
            kind => int.Parse(kind.AsSpan(unit.Length + 1), CultureInfo.InvariantCulture));
        return widest is null || widest == Kinds[0] ? 1 : Measure(widest, seconds) / Measure(seconds);
    }

    private static IEnumerable<Loop> FindLoops()
    {
        if (Vector512.IsHardwareAccelerated)
        {
            yield return Wide<Single512, Vector512<float>>("f32-512");
            yield return Wide<Double512, Vector512<double>>("f64-512");
        }
        if (Vector256.IsHardwareAccelerated)
        {
            yield return Narrow<Single256, Vector256<float>>("f32-256");
            yield return Narrow<Double256, Vector256<double>>("f64-256");
        }
        yield return Narrow<Single128, Vector128<float>>("f32-128");
        if (AvxVnni.IsSupported)
            yield return Narrow<Dot256, Vector256<int>>("i8-256");
        if (Dp.IsSupported)
            yield return Narrow<Dot128, Vector128<int>>("i8-128");
        // By machine code of our own, where it can be run.
        if (AssembledPeak.Int8(1) > 0)
            yield return new("i8-512", AssembledPeak.Int8(1), AssembledPeak.Int8);
        if (AssembledPeak.BFloat16(1) > 0)
            yield return new("bf16-512", AssembledPeak.BFloat16(1), AssembledPeak.BFloat16);
    }

    private static Loop Wide<TOperation, TVector>(string kind)
        where TOperation : struct, IChainedOperation<TVector>
        where TVector : struct =>
        new(kind, Chains512 * TOperation.Operations, RunWide<TOperation, TVector>);

    private static Loop Narrow<TOperation, TVector>(string kind)
        where TOperation : struct, IChainedOperation<TVector>
        where TVector : struct =>
        new(kind, Chains * TOperation.Operations, RunNarrow<TOperation, TVector>);

    // The chains are locals, one by one: arrays of vectors would live in memory.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double RunWide<T, TVector>(long iterations)
        where T : struct, IChainedOperation<TVector>
        where TVector : struct
    {
        TVector m = T.Create(0.999f), a = T.Create(0.001f);
        TVector v0 = a, v1 = a, v2 = a, v3 = a, v4 = a, v5 = a, v6 = a, v7 = a, v8 = a, v9 = a;
        TVector v10 = a, v11 = a, v12 = a, v13 = a, v14 = a, v15 = a, v16 = a, v17 = a, v18 = a, v19 = a;
        for (long i = 0; i < iterations; i++)
        {
            v0 = T.Step(v0, m, a); v1 = T.Step(v1, m, a); v2 = T.Step(v2, m, a); v3 = T.Step(v3, m, a);
            v4 = T.Step(v4, m, a); v5 = T.Step(v5, m, a); v6 = T.Step(v6, m, a); v7 = T.Step(v7, m, a);
            v8 = T.Step(v8, m, a); v9 = T.Step(v9, m, a); v10 = T.Step(v10, m, a); v11 = T.Step(v11, m, a);
            v12 = T.Step(v12, m, a); v13 = T.Step(v13, m, a); v14 = T.Step(v14, m, a); v15 = T.Step(v15, m, a);
            v16 = T.Step(v16, m, a); v17 = T.Step(v17, m, a); v18 = T.Step(v18, m, a); v19 = T.Step(v19, m, a);
        }
        return T.Sum(v0) + T.Sum(v1) + T.Sum(v2) + T.Sum(v3) + T.Sum(v4) + T.Sum(v5) + T.Sum(v6) + T.Sum(v7)
            + T.Sum(v8) + T.Sum(v9) + T.Sum(v10) + T.Sum(v11) + T.Sum(v12) + T.Sum(v13) + T.Sum(v14) + T.Sum(v15)
            + T.Sum(v16) + T.Sum(v17) + T.Sum(v18) + T.Sum(v19);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double RunNarrow<T, TVector>(long iterations)
        where T : struct, IChainedOperation<TVector>
        where TVector : struct
    {
        TVector m = T.Create(0.999f), a = T.Create(0.001f);
        TVector v0 = a, v1 = a, v2 = a, v3 = a, v4 = a, v5 = a, v6 = a, v7 = a, v8 = a, v9 = a, v10 = a, v11 = a;
        for (long i = 0; i < iterations; i++)
        {
            v0 = T.Step(v0, m, a); v1 = T.Step(v1, m, a); v2 = T.Step(v2, m, a); v3 = T.Step(v3, m, a);
            v4 = T.Step(v4, m, a); v5 = T.Step(v5, m, a); v6 = T.Step(v6, m, a); v7 = T.Step(v7, m, a);
            v8 = T.Step(v8, m, a); v9 = T.Step(v9, m, a); v10 = T.Step(v10, m, a); v11 = T.Step(v11, m, a);
        }
        return T.Sum(v0) + T.Sum(v1) + T.Sum(v2) + T.Sum(v3) + T.Sum(v4) + T.Sum(v5) + T.Sum(v6) + T.Sum(v7)
            + T.Sum(v8) + T.Sum(v9) + T.Sum(v10) + T.Sum(v11);
    }
}
