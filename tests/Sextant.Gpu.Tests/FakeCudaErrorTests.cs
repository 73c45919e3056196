using Sextant.Backends;
using Sextant.Tests;

namespace Sextant.Gpu.Tests;

/// <summary>What goes wrong with CUDA, end to end, on a driver that stands in for its own.</summary>
[Collection(nameof(OneFakeCuda))]
public sealed class FakeCudaErrorTests
{
    [Theory]
    [InlineData("cuInit", 100, typeof(DeviceUnavailableException), "no such CUDA device")]
    [InlineData("cuInit", 34, typeof(DeviceUnavailableException), "stand-in")]
    [InlineData("cuInit", 802, typeof(DeviceUnavailableException), "fabric manager")]
    [InlineData("cuInit", 803, typeof(DeviceUnavailableException), "newer NVIDIA driver")]
    [InlineData("cuInit", 999, typeof(DeviceUnavailableException), "nvidia-uvm")]
    [InlineData("cuInit", 304, typeof(DeviceUnavailableException), "kernel module")]
    [InlineData("cuInit", 805, typeof(DeviceUnavailableException), "MPS")]
    [InlineData("cuDevicePrimaryCtxRetain", 999, typeof(DeviceLostException), "new process")]
    [InlineData("cuDevicePrimaryCtxRetain", 46, typeof(DeviceUnavailableException), "Another process")]
    [InlineData("cuDevicePrimaryCtxRetain", 2, typeof(DeviceMemoryException), "MiB")]
    [InlineData("cuModuleLoadDataEx", 218, typeof(DeviceBuildException), "something on line 12")]
    [InlineData("cuModuleLoadDataEx", 300, typeof(DeviceBuildException), "Exact.ptx (CUDA_ERROR_BY_ITS_NAME, 300)")]
    [InlineData("cuModuleLoadDataEx", 221, typeof(DeviceUnavailableException), "libnvidia-ptxjitcompiler")]
    [InlineData("cuModuleLoadDataEx", 222, typeof(DeviceUnavailableException), "newer NVIDIA driver")]
    [InlineData("cuModuleLoadDataEx", 222, typeof(DeviceUnavailableException), "Exact.ptx (ptxas error")]
    [InlineData("cuModuleGetFunction", 500, typeof(DeviceCallException), "cuModuleGetFunction probe")]
    [InlineData("cuStreamCreate", 2, typeof(DeviceMemoryException), "cuStreamCreate")]
    [InlineData("cuMemAlloc", 2, typeof(DeviceMemoryException), "cuMemAlloc")]
    [InlineData("cuMemHostAlloc", 2, typeof(DeviceMemoryException), "cuMemHostAlloc")]
    [InlineData("cuMemcpyHtoDAsync", 1, typeof(DeviceCallException), "please report")]
    [InlineData("cuLaunchKernel", 701, typeof(DeviceCallException), "starting probe")]
    [InlineData("cuStreamSynchronize", 700, typeof(DeviceLostException), "new process")]
    public void OpeningFailsByNameAndLeaksNothing(string call, int code, Type expected, string says)
    {
        using var fake = new FakeCuda(runs: false);
        fake.Fail(call, code);
        Exception error = Assert.ThrowsAny<DeviceException>(() => FakeCuda.Open());
        Assert.IsType(expected, error);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.Equal((0, 0), (fake.Alive, fake.Blocks));
    }

    [Fact]
    public void ADeviceThatIsTooOldOrNotThereIsRefused()
    {
        using var fake = new FakeCuda(runs: false) { Capability = 61 };
        Assert.Contains(
            "compute capability is 6.1", Assert.Throws<DeviceUnavailableException>(() => FakeCuda.Open()).Message,
            StringComparison.Ordinal);
        fake.Version = 8000;
        Assert.Contains(
            "the driver knows CUDA 8.0", Assert.Throws<DeviceUnavailableException>(() => FakeCuda.Open()).Message,
            StringComparison.Ordinal);
        (fake.Version, fake.Capability) = (12000, 70);
        Assert.StartsWith(
            "cuda:1: there is no such device; there are 0 to 0.",
            Assert.Throws<DeviceUnavailableException>(() => FakeCuda.Open(1)).Message, StringComparison.Ordinal);
        fake.Devices = 0;
        Assert.StartsWith(
            "cuda:0: the driver knows no device.",
            Assert.Throws<DeviceUnavailableException>(() => FakeCuda.Open()).Message, StringComparison.Ordinal);
    }

    /// <summary>Nothing runs the probe's kernel here, so that what comes back is zeros.</summary>
    [Fact]
    public void ADeviceThatComputesOtherwiseIsRefusedByTheCheck()
    {
        using var fake = new FakeCuda(runs: false) { RefusesProbe = true };
        Assert.Contains(
            "exact mode is not possible: the device fails the check 'fused multiply-add'",
            Assert.Throws<DeviceUnavailableException>(() => FakeCuda.Open()).Message, StringComparison.Ordinal);
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
        var error = Assert.Throws<DeviceBuildException>(
            () => EmbeddingModel.LoadDefault(new() { Device = device, Precision = Precision.Fast }));
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
        var error = Assert.Throws<DeviceMemoryException>(
            () => model.Embed(string.Join(' ', Enumerable.Repeat("water", 500))));
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
            var error = Assert.Throws<DeviceLostException>(() => model.Embed("water"));
            Assert.Contains("CUDA_ERROR_BY_ITS_NAME (719)", error.Message, StringComparison.Ordinal);
        }
        Assert.Throws<DeviceLostException>(() => EmbeddingModel.LoadDefault(new() { Device = device }));
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
