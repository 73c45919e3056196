using Sextant.Backends;
using Sextant.Tests;

namespace Sextant.Gpu.Tests;

/// <summary>What goes wrong with CUDA, end to end, on a driver that stands in for its own.</summary>
[Collection(nameof(OneFakeCuda))]
public sealed class FakeCudaErrorTests
{
    [Theory]
    [InlineData("cuInit", 100, DeviceErrorKind.Unavailable, "no such CUDA device")]
    [InlineData("cuInit", 34, DeviceErrorKind.Unavailable, "stand-in")]
    [InlineData("cuInit", 802, DeviceErrorKind.Unavailable, "fabric manager")]
    [InlineData("cuInit", 803, DeviceErrorKind.Unavailable, "newer NVIDIA driver")]
    [InlineData("cuInit", 999, DeviceErrorKind.Unavailable, "nvidia-uvm")]
    [InlineData("cuInit", 304, DeviceErrorKind.Unavailable, "kernel module")]
    [InlineData("cuInit", 805, DeviceErrorKind.Unavailable, "MPS")]
    [InlineData("cuDevicePrimaryCtxRetain", 999, DeviceErrorKind.Lost, "new process")]
    [InlineData("cuDevicePrimaryCtxRetain", 46, DeviceErrorKind.Unavailable, "Another process")]
    [InlineData("cuDevicePrimaryCtxRetain", 2, DeviceErrorKind.OutOfMemory, "MiB")]
    [InlineData("cuModuleLoadDataEx", 218, DeviceErrorKind.BuildFailed, "something on line 12")]
    [InlineData("cuModuleLoadDataEx", 300, DeviceErrorKind.BuildFailed, "Exact.ptx (CUDA_ERROR_BY_ITS_NAME, 300)")]
    [InlineData("cuModuleLoadDataEx", 221, DeviceErrorKind.Unavailable, "libnvidia-ptxjitcompiler")]
    [InlineData("cuModuleLoadDataEx", 222, DeviceErrorKind.Unavailable, "newer NVIDIA driver")]
    [InlineData("cuModuleLoadDataEx", 222, DeviceErrorKind.Unavailable, "Exact.ptx (ptxas error")]
    [InlineData("cuModuleGetFunction", 500, DeviceErrorKind.CallFailed, "cuModuleGetFunction probe")]
    [InlineData("cuStreamCreate", 2, DeviceErrorKind.OutOfMemory, "cuStreamCreate")]
    [InlineData("cuMemAlloc", 2, DeviceErrorKind.OutOfMemory, "cuMemAlloc")]
    [InlineData("cuMemHostAlloc", 2, DeviceErrorKind.OutOfMemory, "cuMemHostAlloc")]
    [InlineData("cuMemcpyHtoDAsync", 1, DeviceErrorKind.CallFailed, "please report")]
    [InlineData("cuLaunchKernel", 701, DeviceErrorKind.CallFailed, "starting probe")]
    [InlineData("cuStreamSynchronize", 700, DeviceErrorKind.Lost, "new process")]
    public void OpeningFailsByNameAndLeaksNothing(string call, int code, DeviceErrorKind expected, string says)
    {
        using var fake = new FakeCuda(runs: false);
        fake.Fail(call, code);
        DeviceException error = DeviceErrors.Throws(expected, () => FakeCuda.Open());
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.Equal((0, 0), (fake.Alive, fake.Blocks));
    }

    [Fact]
    public void ADeviceThatIsTooOldOrNotThereIsRefused()
    {
        using var fake = new FakeCuda(runs: false) { Capability = 61 };
        Assert.Contains(
            "compute capability is 6.1",
            DeviceErrors.Throws(DeviceErrorKind.Unavailable, () => FakeCuda.Open()).Message, StringComparison.Ordinal);
        fake.Version = 8000;
        Assert.Contains(
            "the driver knows CUDA 8.0",
            DeviceErrors.Throws(DeviceErrorKind.Unavailable, () => FakeCuda.Open()).Message, StringComparison.Ordinal);
        (fake.Version, fake.Capability) = (12000, 70);
        Assert.StartsWith(
            "cuda:1: there is no such device; there are 0 to 0.",
            DeviceErrors.Throws(DeviceErrorKind.Unavailable, () => FakeCuda.Open(1)).Message, StringComparison.Ordinal);
        fake.Devices = 0;
        Assert.StartsWith(
            "cuda:0: the driver knows no device.",
            DeviceErrors.Throws(DeviceErrorKind.Unavailable, () => FakeCuda.Open()).Message, StringComparison.Ordinal);
    }

    /// <summary>Nothing runs the probe's kernel here, so that what comes back is zeros.</summary>
    [Fact]
    public void ADeviceThatComputesOtherwiseIsRefusedByTheCheck()
    {
        using var fake = new FakeCuda(runs: false) { RefusesProbe = true };
        Assert.Contains(
            "exact mode is not possible: the device fails the check 'fused multiply-add'",
            DeviceErrors.Throws(DeviceErrorKind.Unavailable, () => FakeCuda.Open()).Message, StringComparison.Ordinal);
        Assert.Equal((0, 0), (fake.Alive, fake.Blocks));
    }

    [Theory]
    [InlineData(75, 12040, false)]
    [InlineData(80, 10020, false)]
    [InlineData(80, 11000, true)]
    [InlineData(90, 12040, true)]
    public void FastModeNeedsTensorCoresAndADriverThatKnowsThem(int capability, int version, bool fast)
    {
        using var fake = new FakeCuda(runs: false) { Capability = capability, Version = version };
        using CudaDevice device = FakeCuda.Open();
        Assert.Equal(fast, device.Supports(Precision.Fast));
        if (fast)
        {
            using EmbeddingModel model = EmbeddingModel.LoadDefault(
                new() { Device = device, Precision = Precision.Fast });
            for (int round = 0; round < 3; round++)
                model.Embed("water");
            Assert.Equal(version >= 11040, fake.Calls("cuGraphLaunch") > 0);
        }
        else
        {
            Assert.Throws<UnsupportedRequestException>(
                () => EmbeddingModel.LoadDefault(new() { Device = device, Precision = Precision.Fast }));
        }
    }

    [Fact]
    public void FastKernelsThatTheDriverDoesNotCompileAreAnErrorAndExactModeStays()
    {
        using var fake = new FakeCuda(runs: false);
        using CudaDevice device = FakeCuda.Open();
        fake.Fail("cuModuleLoadDataEx", 218);
        var error = DeviceErrors.Throws(
            DeviceErrorKind.BuildFailed, () => EmbeddingModel.LoadDefault(new() { Device = device, Precision = Precision.Fast }));
        Assert.Contains("something on line 12", error.Message, StringComparison.Ordinal);
        fake.FailNothing();
        using EmbeddingModel model = EmbeddingModel.LoadDefault(new() { Device = device });
        model.Embed("water");
    }

    [Fact]
    public void ABatchThatDoesNotFitIsSplitAndATextThatDoesNotFitIsRefusedBySize()
    {
        string[] texts = SomeTexts.Make(20, 60);
        using EmbeddingModel cpu = EmbeddingModel.LoadDefault();
        var expected = new float[texts.Length * cpu.Dimensions];
        cpu.Embed(texts, expected);
        using var fake = new FakeCuda(runs: true);
        using CudaDevice device = FakeCuda.Open();
        using EmbeddingModel model = EmbeddingModel.LoadDefault(new() { Device = device });
        fake.Memory = fake.Given + (700 << 10);
        var vectors = new float[expected.Length];
        model.Embed(texts, vectors);
        Assert.Equal(expected, vectors);
        var error = DeviceErrors.Throws(
            DeviceErrorKind.OutOfMemory, () => model.Embed(string.Join(' ', Enumerable.Repeat("water", 500))));
        Assert.Contains("text 0 alone has", error.Message, StringComparison.Ordinal);
        Assert.Equal(cpu.Embed("short"), model.Embed("short"));
    }

    [Fact]
    public void ALostDeviceIsATypedErrorForEveryCallerAndEndsQuietly()
    {
        using var fake = new FakeCuda(runs: false);
        CudaDevice device = FakeCuda.Open();
        EmbeddingModel model = EmbeddingModel.LoadDefault(new() { Device = device });
        model.Embed("water");
        fake.Lost = 719;
        for (int round = 0; round < 2; round++)
        {
            var error = DeviceErrors.Throws(DeviceErrorKind.Lost, () => model.Embed("water"));
            Assert.Contains("CUDA_ERROR_BY_ITS_NAME (719)", error.Message, StringComparison.Ordinal);
        }
        DeviceErrors.Throws(DeviceErrorKind.Lost, () => EmbeddingModel.LoadDefault(new() { Device = device }));
        model.Dispose();
        device.Dispose();
        // The processor is still there.
        using EmbeddingModel cpu = EmbeddingModel.LoadDefault();
        cpu.Embed("water");
    }

    [Fact]
    public void ThreadsThatNeverSawTheContextMaySearchAndDispose()
    {
        using var fake = new FakeCuda(runs: false);
        CudaDevice device = FakeCuda.Open();
        EmbeddingModel model = EmbeddingModel.LoadDefault(new() { Device = device });
        Exception? problem = null;
        var other = new Thread(() => problem = Record.Exception(() =>
        {
            model.Embed("water");
            model.Dispose();
            device.Dispose();
        }));
        other.Start();
        other.Join();
        Assert.Null(problem);
        Assert.Equal((0, 0), (fake.Alive, fake.Blocks));
    }
}
