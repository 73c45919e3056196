using System.Runtime.CompilerServices;
using Sextant.Measurement.Sampling;

namespace Sextant.Measurement.Peaks;

/// <summary>
/// How many simple integer operations one thread gets done: eight chains, as many as a core can issue. Where two
/// processors are threads of one core, this falls when the other one is busy, while wide arithmetic alone hardly does.
/// </summary>
internal static class IssuePeak
{
    private const int Iterations = 20_000;
    private const double OperationsPerIteration = 24;

    /// <summary>10⁹ operations a second over about <paramref name="seconds"/>.</summary>
    public static double Measure(double seconds)
    {
        ulong sink = Run(Iterations);
        var slices = new SliceTimes(seconds);
        while (slices.Next())
            sink ^= Run(Iterations);
        return sink == 1 ? double.NaN : Iterations * OperationsPerIteration / slices.Median / 1e9; // uses the sink
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static ulong Run(int iterations)
    {
        ulong a = 1, b = 2, c = 3, d = 4, e = 5, f = 6, g = 7, h = 8;
        for (int i = 0; i < iterations; i++)
        {
            a = (a ^ (a >> 7)) + b;
            b = (b ^ (b >> 9)) + 3;
            c = (c ^ (c >> 7)) + d;
            d = (d ^ (d >> 9)) + 5;
            e = (e ^ (e >> 7)) + f;
            f = (f ^ (f >> 9)) + 7;
            g = (g ^ (g >> 7)) + h;
            h = (h ^ (h >> 9)) + 9;
        }
        return a ^ b ^ c ^ d ^ e ^ f ^ g ^ h;
    }
}
