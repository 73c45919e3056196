using System.Globalization;
using Sextant.Kernels;
using Sextant.Measurement.Peaks;

namespace Sextant.Bench;

/// <summary>Matrix products of BERT shapes beside the FMA peak of the same run.</summary>
internal static class GemmReport
{
    private static readonly (int T, int F, int K)[] s_shapes =
    [
        (1, 384, 384), (8, 384, 384), (8, 1536, 384), (16, 384, 384), (32, 384, 384),
        (128, 1536, 384), (128, 384, 1536), (512, 3072, 768), (4096, 1536, 384),
    ];

    public static void Run(Isa isa, StoredType type)
    {
        foreach ((int t, int f, int k) in s_shapes)
        {
            using var run = new GemmRun(isa, type, t, f, k);
            run.Measure(200);
            var speeds = new double[9];
            var shares = new double[9];
            for (int round = 0; round < speeds.Length; round++)
            {
                double peak = FmaPeak.Measure(0.03);
                speeds[round] = run.Measure(60);
                shares[round] = speeds[round] / peak;
            }
            Array.Sort(speeds);
            Array.Sort(shares);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{InstructionSets.Name(isa),-9} {type,-4} ({t},{f},{k})  {speeds[4],7:F1} GFLOP/s  {shares[4],6:P1} of FMA peak"));
        }
    }
}
