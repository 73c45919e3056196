using Sextant.Measurement.Machines;
using Sextant.Measurement.Records;

namespace Sextant.Measurement.Tests;

/// <summary>A record with a row of each kind.</summary>
internal static class SomeRecord
{
    public static BenchRecord Make(
        double factor = 1, string processor = "Some processor", double arithmetic = 100) => new()
        {
            Command = "sextant bench --quick <all & \"more\">",
            Date = new DateTime(2026, 11, 21, 12, 30, 5, DateTimeKind.Utc),
            Build = new BuildFacts
            {
                Version = "0.1.0",
                Commit = "abcdef",
                Runtime = ".NET 10",
                Settings = ["SEXTANT_ISA=avx2"],
            },
            Machine = new MachineFacts
            {
                Processor = processor,
                Processors = 2,
                InstructionSets = ["avx2", "reference"],
                Megahertz = 2300.5m,
                Caches = [new CacheFact(1, 49152), new CacheFact(2, 1 << 21)],
                MemoryBytes = 24L << 30,
                System = "Some system",
                Device = "cpu: Some processor",
            },
            Noise = new NoiseReport(
                0.25, double.NaN, 1.5, 0.08, -1, ["other programs kept 0.25 processors busy meanwhile"])
            {
                Pinned = true,
                Chosen = new QuietProcessor(1, 0.05),
                Calibration = Calibrate(arithmetic),
            },
            Rows =
            [
                Row("kernels/gemm/GemmF32Avx2/f32/8,16,16", "kernels", "s", 1e-5 * factor,
                    [new("op", "gemm"), new("kernel", "GemmF32Avx2"), new("variant", "f32"), new("shape", "8,16,16")],
                    [
                        new("gflops", 100), new("roofline", 0.9), new("intensity", 12), new("arithmetic_gflops", 110),
                        new("bandwidth_gbs", 20), new("max_abs", 1e-6),
                    ], true),
                Row("peak/fma/f32-256/1", "peak", "GFLOP/s", 110 / factor,
                    [new("what", "fma"), new("kind", "f32-256"), new("threads", "1")], [], null),
                Row("model/grid", "model", "s", 2e-3 * factor,
                    [new("scenario", "Grid"), new("shape", "minilm"), new("batch", "1"), new("tokens", "32")],
                    [new("tokens_per_second", 16000)], null),
                Row("search/flat", "search", "s", 3e-3 * factor,
                    [new("index", "flat"), new("bits", "384")], [new("queries_per_second", 330), new("recall", 0.97)],
                    null),
            ],
        };

    private static Calibration Calibrate(double arithmetic)
    {
        var calibration = new Calibration();
        foreach ((Ceiling ceiling, _) in Calibration.All)
            calibration[ceiling].AddRange([1, 1]);
        calibration[Ceiling.Arithmetic].Clear();
        calibration[Ceiling.Arithmetic].AddRange([arithmetic, arithmetic * 1.001]);
        calibration[Ceiling.Reading].Clear();
        calibration[Ceiling.Reading].AddRange([10, 10.01]);
        return calibration;
    }

    private static BenchRow Row(
        string id, string part, string unit, double value, KeyValuePair<string, string>[] labels,
        KeyValuePair<string, double>[] metrics, bool? bits) => new()
        {
            Id = id,
            Part = part,
            Labels = labels,
            Unit = unit,
            Samples = [value, value * 1.001, value * 0.999, value * 1.002, value * 0.998, value, value * 1.001],
            Metrics = metrics,
            BitEqual = bits,
            Repeat = "sextant bench " + part,
            Notes = part == "search" ? ["noisy: <&>"] : [],
        };
}
