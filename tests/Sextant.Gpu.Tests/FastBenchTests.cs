using Sextant.Backends;
using Sextant.Gpu.OpenCl;
using Sextant.Measurement;
using Sextant.Measurement.Cases;
using Sextant.Measurement.Devices;
using Sextant.Measurement.Records;
using Sextant.Measurement.Sampling;

namespace Sextant.Gpu.Tests;

/// <summary>
/// What <c>sextant bench --device cuda</c> measures of fast mode, on a driver that stands in for CUDA's: rows, checks
/// and what is said of them. Speeds are a GPU's to tell; here they are made up.
/// </summary>
[Collection(nameof(OneFakeCuda))]
public sealed class FastBenchTests
{
    private static readonly Action<string> s_silent = _ => { };

    [Theory]
    [InlineData(80)]
    [InlineData(90)]
    public void EveryOpIsNearDoubleAndIndependentOfRunAndBatch(int capability)
    {
        using var fake = new FakeCuda(runs: true)
        {
            Capability = capability,
        };
        using (CudaDevice device = FakeCuda.Open())
        {
            using var context = new MeasureContext(SamplingPlan.Quick, true, s_silent);
            List<BenchRow> rows = new DeviceKernelBench(context, On(device)).Run(new KernelChoice
            {
                Mode = KernelMode.Correctness,
                Precisions = [Precision.Exact, Precision.Fast],
                Shapes = [(null, [5, 40]), (null, [5, 40, 32]), (null, [2, 37, 3, 32])],
            });
            BenchRow[] fast = [.. rows.Where(row => row.Label("precision") == "fast")];
            Assert.Equal(
                BackendOpCatalog.Ops.Select(op => op.Op).Order(),
                fast.Select(row => row.Label("op")).Distinct().Order());
            Assert.All(fast, row =>
            {
                Assert.DoesNotContain(row.Notes, note => note.StartsWith("WRONG", StringComparison.Ordinal));
                Assert.Null(row.BitEqual);
                Assert.Equal(0, row.Metric("different"));
                Assert.Equal(0, row.Metric("in_batch_different"));
                Assert.True(row.Metric("compared") > 0 && row.Metric("in_batch") > 0, row.Id);
                Assert.StartsWith("kernels/cuda:0/fast/", row.Id, StringComparison.Ordinal);
                Assert.StartsWith(
                    "sextant bench kernels --device cuda:0 --precision fast --op ", row.Repeat,
                    StringComparison.Ordinal);
            });
            // Numbers of 16 bits went in: an error as small as exact mode's would say that it ran.
            Assert.All(
                fast.Where(row => row.Label("op") is "gemm" or "attention"),
                row => Assert.InRange(row.Metric("nmse")!.Value, 1e-9, Accuracy.MaxNarrowNmse / 4));
            Assert.All(rows.Except(fast), row => Assert.True(row.BitEqual, row.Id));
            Assert.Equal(rows.Count, rows.Select(row => row.Id).Distinct().Count());
        }
        Assert.Equal((0, 0, 0L), (fake.Alive, fake.Blocks, fake.Given));
    }

    [Fact]
    public void AnOpIsTimedAgainstTheTensorCoresAndAWrongOneIsSaid()
    {
        // Nothing runs the kernels here: results are zeros, and every kernel is said to take two milliseconds.
        using var fake = new FakeCuda(runs: false) { Capability = 80 };
        using (CudaDevice device = FakeCuda.Open())
        {
            using var context = new MeasureContext(SamplingPlan.Quick, true, s_silent);
            List<BenchRow> rows = new DeviceKernelBench(context, On(device)).Run(new KernelChoice
            {
                Ops = ["gemm", "layernorm"],
                Variants = ["f32"],
                Precisions = [Precision.Exact, Precision.Fast],
                Shapes = [("gemm", [64, 40, 32]), ("layernorm", [64, 40])],
            });
            Assert.Equal(4, rows.Count);
            Assert.All(rows, row =>
            {
                Assert.Equal(SamplingPlan.MinRounds, row.Samples.Length);
                Assert.All(row.Samples, seconds => Assert.True(seconds > 0));
                Assert.True(row.Metric("wall_seconds") > 0 && row.Metric("roofline") > 0);
            });
            BenchRow exact = Gemm("exact"), fast = Gemm("fast");
            double ratio = fast.Metric("arithmetic_gflops")!.Value / exact.Metric("arithmetic_gflops")!.Value;
            // In equal times: 8 groups of 4 warps with 64 · 8 products each, and 8 of 256 items with 1000 · 16 fmas.
            Assert.Equal(64.0 * 4 * 8 * (16 * 8 * 16) / (1000 * 16 * 256), ratio, 4);
            // Factors of 16 bits, results of both forms.
            Assert.Equal(
                (4.0 * 64 * 32 + 4 * 40 * 32 + 4 * 64 * 40) / (2.0 * 64 * 32 + 2 * 40 * 32 + 6 * 64 * 40),
                fast.Metric("intensity")!.Value / exact.Metric("intensity")!.Value, 6);
            Assert.Contains(fast.Notes, note => note.StartsWith("WRONG: far from double", StringComparison.Ordinal));

            BenchRow Gemm(string precision) =>
                rows.Single(row => row.Label("op") == "gemm" && row.Label("precision") == precision);
        }
        Assert.Equal((0, 0, 0L), (fake.Alive, fake.Blocks, fake.Given));
    }

    [Theory]
    [InlineData(75, 12040, "compute capability 8.0 and a driver of CUDA 11.0 or newer are needed")]
    [InlineData(80, 12040, null)]
    [InlineData(90, 12040, "products by mma.sync (those by wgmma fail the check")]
    public void PeaksOfTensorCoresAreRowsOrSaidToBeAbsent(int capability, int version, string? says)
    {
        using var fake = new FakeCuda(runs: false) { Capability = capability, Version = version };
        using CudaDevice device = FakeCuda.Open();
        // The loops are not built before they are asked for.
        Assert.Equal(1, fake.Calls("cuModuleLoadDataEx"));
        using var context = new MeasureContext(SamplingPlan.Quick, true, s_silent);
        List<BenchRow> rows = new DevicePeakBench(context, On(device)).Run();
        Assert.Equal(
            capability < 80 ? [] : ["peak/cuda:0/mma/bf16", "peak/cuda:0/mma/f16"],
            rows.Select(row => row.Id).Where(id => id.Contains("mma/", StringComparison.Ordinal)));
        IReadOnlyList<string> notes = rows.Single(row => row.Id == "peak/cuda:0/fma/f32").Notes;
        Assert.Equal(says is not null, notes.Any(note => note.Contains(says ?? "wgmma", StringComparison.Ordinal)));
    }

    [Fact]
    public void AnOpenClDeviceSaysWhyItHasNeither()
    {
        BenchDevice on = BenchDevice.Of("opencl", OpenClHere.Device);
        using var context = new MeasureContext(SamplingPlan.Quick, true, s_silent);
        var refused = Assert.Throws<InvalidChoiceException>(() => new DeviceKernelBench(context, on).Run(
            new KernelChoice { Precisions = [Precision.Fast], Mode = KernelMode.Correctness }));
        Assert.StartsWith($"{on.Device.Name} has no fast mode: ", refused.Message, StringComparison.Ordinal);
        using var ceilings = new DeviceCeilings(on.Device);
        Assert.Empty(ceilings.TensorKinds);
    }

    /// <summary>The loops multiply what they should: their sums are what their headers say, exactly.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void ThePeaksSumsAreExact(int iterations)
    {
        foreach (FastEmulation emulation in new[] { FastEmulation.EarlyCopies, FastEmulation.LateCopies })
        {
            var driver = (OpenClDriver)FastHere.WithWarpgroups(emulation).Driver;
            foreach (GpuKernel kernel in new[] { GpuKernel.PeakMmaFastF16, GpuKernel.PeakMmaFastBF16 })
            {
                float[] sums = Run(driver, kernel, iterations, 128);
                for (int i = 0; i < sums.Length; i++)
                {
                    int g = i % 32 / 4, t = i % 4;
                    Assert.Equal(112 + iterations * ((2 * g) + 10) * ((4 * t) + 3) / 8f, sums[i]);
                }
            }
            foreach (GpuKernel kernel in new[] { GpuKernel.PeakWideFastF16, GpuKernel.PeakWideFastBF16 })
                Assert.All(Run(driver, kernel, iterations, 256), sum => Assert.Equal(128f * iterations, sum));
        }
    }

    private static BenchDevice On(CudaDevice device) => new("cuda:0", device, "a fake");

    // Two groups.
    private static unsafe float[] Run(OpenClDriver driver, GpuKernel kernel, int iterations, int items)
    {
        var values = new float[2 * items];
        using GpuQueue queue = driver.CreateQueue();
        nint memory = driver.Allocate(values.Length * sizeof(float));
        try
        {
            var space = new AddressSpace();
            var launch = new KernelLaunch(kernel, 2);
            launch.Add(iterations);
            launch.Add(space, space.Add(new DeviceBlock(memory, values.Length * sizeof(float), null)), sizeof(float));
            queue.Launch(ref launch);
            queue.Finish();
            fixed (float* to = values)
                queue.Download(memory, 0, to, values.Length * sizeof(float));
            queue.Finish();
        }
        finally
        {
            driver.Free(memory);
        }
        return values;
    }
}
