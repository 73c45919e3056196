using Sextant.Bench;
using Sextant.Measurement.Cases;
using Sextant.Measurement.Devices;
using Sextant.Measurement.Models;
using Sextant.Measurement.Records;
using Sextant.Measurement.Sampling;

namespace Sextant.Measurement.Tests;

/// <summary>BenchmarkDotNet runs what the tool runs, and its rows have the same ids.</summary>
public class BenchmarkCasesTests
{
    private static readonly SamplingPlan s_short = new(SamplingPlan.MinRounds, 1e-4, 1e-3);

    [Fact]
    public void EveryKernelOfTheToolIsABenchmarkAndNoOther()
    {
        string[] benchmarks = [.. KernelBenchmarks.Cases, .. InPlaceKernelBenchmarks.Cases];
        Assert.Equal(
            KernelCases.Of(new KernelChoice(), quick: true).Select(one => one.Name.Id).Order(), benchmarks.Order());
        Assert.All(InPlaceKernelBenchmarks.Cases, id => Assert.Matches("/(rope|normalize|gate|activation)", id));

        // What the tool really measures of two ops.
        using var context = new MeasureContext(s_short, quick: true, _ => { });
        List<BenchRow> rows = new KernelBench(context).Run(new KernelChoice { Ops = ["dot", "normalize"] });
        Assert.Equal(
            rows.Select(row => row.Id).Order(),
            benchmarks.Where(id => id.StartsWith("kernels/dot/", StringComparison.Ordinal)
                || id.StartsWith("kernels/normalize/", StringComparison.Ordinal)).Order());
    }

    [Fact]
    public void EveryBatchOfTheToolsGridIsABenchmarkAndNoOther()
    {
        using var context = new MeasureContext(s_short, quick: true, _ => { });
        List<BenchRow> rows = new ModelBench(context, new ModelChoice
        {
            // A small model under the name of the other: its weights are not looked at here.
            Models = [new("minilm", EmbeddingModel.DefaultPath, ["--shape", "minilm"], false)],
            On = BenchDevice.Processor,
            Precisions = [Backends.Precision.Exact],
            Threads = [.. new[] { 1, Environment.ProcessorCount }.Distinct()],
            Scenarios = ["Grid"],
        }).Run();
        Assert.Equal(rows.Select(row => row.Id), ModelBenchmarks.Cases);
    }
}
