using Sextant.Measurement.Records;
using Sextant.Measurement.Reports;

namespace Sextant.Measurement.Tests;

/// <summary>The table of what a device should reach, from records of made-up figures.</summary>
public class DeviceTargetsTests
{
    private const string Wide = "products by wgmma", Duel = "Sextant.Bench device-peers cuda:0 bge-base:32x128";

    [Fact]
    public void EachFigureIsHeldAgainstItsGoal()
    {
        string table = DeviceTargets.Of(
        [
            Record(
                [
                    Kernel("gemm", "4096,4096,4096", "exact", 40_000, 100, []) with { BitEqual = true },
                    Kernel("gemm", "8192,8192,8192", "fast", 590_000, 100, [Wide]),
                    Kernel("hamming", "10000000,1024,1", "exact", 0, 3_600, []) with { BitEqual = false },
                ]),
            Record([Kernel("gemm", "8192,8192,8192", "fast", 410_000, 100, ["products by mma.sync (…)"])]),
            Record(
                [
                    Peak("8MiB", 9_000), Peak("1024MiB", 4_000),
                    Passes("minilm", "1", "32", 2e-4),
                ]),
            Record([Passes("minilm", "1", "32", 5e-4)], settings: ["SEXTANT_CUDA_GRAPHS=0"]),
            Record([Passes("bge-base", "32", "128", 1e-3), Passes("minilm", "1", "32", 3e-4)], Duel),
            Record([Passes("bge-base", "32", "128", 9e-4), Passes("minilm", "1", "32", 7e-4)], Duel, "pytorch 2"),
        ]);
        foreach (string line in (string[])
            [
                "the processor's bits | all | 1 of 2 | no",
                "f32 peak | ≥ 60 % | 67 %: 40.00 TFLOP/s at 4096,4096,4096 | yes",
                "by mma.sync, 8192,8192,8192 | ≥ 400.0 TFLOP/s | 410.0 TFLOP/s | yes",
                "by wgmma, 8192,8192,8192 | ≥ 600.0 TFLOP/s | 590.0 TFLOP/s | no",
                "of the copy bandwidth | ≥ 85 % | 90 %: 3,600 of 4,000 GB/s | yes",
                "32 × 128: tokens/s, of PyTorch's | ≥ 1.0 × | 0.90 ×",
                "64 × 512: tokens/s, of PyTorch's | ≥ 1.0 × | not measured |",
                "1 × 32: time, of PyTorch's | ≤ 0.5 × | 0.43 ×: 300.0 µs and 700.0 µs | yes",
                "with graphs, and without | | 200.0 µs, 500.0 µs |",
            ])
        {
            Assert.Contains(line, Squeezed(table), StringComparison.Ordinal);
        }
        Assert.StartsWith("CUDA device 0\n", table, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatWasNotMeasuredIsALineToo()
    {
        string table = DeviceTargets.Of([SomeRecord.Make()]);
        Assert.StartsWith("No record of a device.", table, StringComparison.Ordinal);
        Assert.Equal(10, table.Split("not measured").Length - 1);
        foreach (string verdict in new[] { "| yes", "| no " })
            Assert.DoesNotContain(verdict, table, StringComparison.Ordinal);
    }

    // Columns are as wide as their widest cell.
    private static string Squeezed(string table) =>
        string.Join('\n', table.Split('\n').Select(line => string.Join(' ', line.Split(
            ' ', StringSplitOptions.RemoveEmptyEntries))));

    private static BenchRecord Record(
        IReadOnlyList<BenchRow> rows, string command = "sextant bench", string engine = "sextant",
        string[]? settings = null)
    {
        BenchRecord some = SomeRecord.Make();
        return some with
        {
            Command = command,
            Engine = engine,
            Build = some.Build with { Settings = settings ?? [] },
            Machine = some.Machine with { Device = "CUDA device 0" },
            Rows = rows,
        };
    }

    private static BenchRow Kernel(
        string op, string shape, string precision, double gflops, double gbs, string[] notes) => Row(
        "kernels", $"kernels/cuda:0/{precision}/{op}/{shape}", 1e-3, "s",
        [new("op", op), new("variant", "f32"), new("shape", shape), new("device", "cuda:0"),
            new("precision", precision)],
        [new("gflops", gflops), new("arithmetic_gflops", 60_000), new("gbs", gbs)], notes);

    private static BenchRow Peak(string level, double gbs) => Row(
        "peak", $"peak/cuda:0/memory/{level}/copy", gbs, "GB/s",
        [new("what", "memory"), new("level", level), new("access", "copy"), new("device", "cuda:0")], [], []);

    private static BenchRow Passes(string shape, string batch, string tokens, double seconds) => Row(
        "model", $"model/{shape}/cuda:0/fast/Grid/{batch}/{tokens}", seconds, "s",
        [new("scenario", "Grid"), new("shape", shape), new("batch", batch), new("tokens", tokens),
            new("device", "cuda:0")],
        [new("tokens_per_second", 1 / seconds)], []);

    private static BenchRow Row(
        string part, string id, double value, string unit, KeyValuePair<string, string>[] labels,
        KeyValuePair<string, double>[] metrics, string[] notes) => new()
        {
            Id = id,
            Part = part,
            Labels = labels,
            Unit = unit,
            Samples = [value, value, value, value, value, value, value],
            Metrics = metrics,
            Repeat = "again",
            Notes = notes,
        };
}
