using Sextant.Bench;
using Sextant.Kernels;

if (args is ["gemm", ..])
{
    (int T, int F, int K)[] shapes = [(1, 384, 384), (8, 384, 384), (8, 1536, 384), (16, 384, 384), (32, 384, 384), (128, 1536, 384), (128, 384, 1536), (512, 3072, 768), (4096, 1536, 384)];
    foreach (Isa isa in InstructionSets.Supported.Where(i => i != Isa.Reference && (args.Length < 2 || InstructionSets.Name(i) == args[1])))
    {
        foreach (StoredType type in Enum.GetValues<StoredType>())
        {
            foreach (var (t, f, k) in shapes)
            {
                using var run = new GemmRun(isa, type, t, f, k);
                run.Measure(200);
                var shares = new List<double>();
                double best = 0;
                for (int round = 0; round < 7; round++)
                {
                    double peak = FmaPeak.Measure(30);
                    double speed = run.Measure(60);
                    shares.Add(speed / peak);
                    best = Math.Max(best, speed);
                }
                shares.Sort();
                Console.WriteLine($"{isa,-9} {type,-4} ({t},{f},{k})  {best,7:F1} GFLOP/s  {shares[3],6:P1} of peak (median of 7)");
            }
        }
    }
    return 0;
}
return 2;
