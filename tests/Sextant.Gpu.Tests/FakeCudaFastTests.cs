using Sextant.Backends;

namespace Sextant.Gpu.Tests;

/// <summary>
/// Which products fast mode takes on CUDA, and what it says of them, on a driver that stands in for CUDA's.
/// </summary>
[Collection(nameof(OneFakeCuda))]
public sealed class FakeCudaFastTests
{
    [Fact]
    public void WarpgroupsAreTakenWhereTheyComputeAsTheyShould()
    {
        using var fake = new FakeCuda(runs: true);
        using (CudaDevice device = FakeCuda.Open())
        {
            using EmbeddingModel cpu = EmbeddingModel.LoadDefault();
            using (EmbeddingModel model = Load(device))
            {
                Assert.Equal("CUDA device 0 (a fake), products by wgmma", model.Card.Device);
                float[] exact = cpu.Embed("water"), fast = model.Embed("water");
                Assert.True(FastValues.Cosine(exact, fast) > Tolerances.FastCosine);
                // By a graph, the second time.
                Assert.Equal(fast, model.Embed("water"));
                Assert.True(fake.Calls("cuGraphLaunch") > 0);
            }
            // It is checked once.
            int set = fake.Calls("cuFuncSetAttribute"), modules = fake.Calls("cuModuleLoadDataEx");
            Assert.Equal((2 * ProductTile.All(true).Length, 3), (set, modules));
            using EmbeddingModel again = Load(device);
            Assert.Equal((set, modules), (fake.Calls("cuFuncSetAttribute"), fake.Calls("cuModuleLoadDataEx")));
        }
        Assert.Equal((0, 0, 0L), (fake.Alive, fake.Blocks, fake.Given));
    }

    [Theory]
    [InlineData(80, 12040, null)]
    [InlineData(89, 12040, null)]
    [InlineData(100, 12080, null)]
    [InlineData(90, 11080, ", products by mma.sync (wgmma needs a driver of CUDA 12.0 or newer)")]
    public void OtherDevicesAndOldDriversHaveThemNot(int capability, int version, string? note)
    {
        using var fake = new FakeCuda(runs: false) { Capability = capability, Version = version };
        using CudaDevice device = FakeCuda.Open();
        using EmbeddingModel model = Load(device);
        Assert.Equal($"CUDA device 0 (a fake){note}", model.Card.Device);
        Assert.Equal((0, 2), (fake.Calls("cuFuncSetAttribute"), fake.Calls("cuModuleLoadDataEx")));
    }

    [Fact]
    public void AVariableTakesThemAway()
    {
        using var fake = new FakeCuda(runs: false);
        using CudaDevice device = FakeCuda.Open();
        Environment.SetEnvironmentVariable(WideProducts.Variable, "0");
        try
        {
            using EmbeddingModel model = Load(device);
            Assert.Equal(
                "CUDA device 0 (a fake), products by mma.sync (SEXTANT_CUDA_WGMMA is 0)", model.Card.Device);
            Assert.Equal(2, fake.Calls("cuModuleLoadDataEx"));
        }
        finally
        {
            Environment.SetEnvironmentVariable(WideProducts.Variable, null);
        }
    }

    /// <summary>Nothing runs the kernels here, so that what comes back is zeros.</summary>
    [Fact]
    public void AWrongResultLeavesThemOutAndSaysSo()
    {
        using var fake = new FakeCuda(runs: false);
        using (CudaDevice device = FakeCuda.Open())
        using (EmbeddingModel model = Load(device))
        {
            Assert.Equal(
                "CUDA device 0 (a fake), products by mma.sync (those by wgmma fail the check 'F16 128×256: a product')",
                model.Card.Device);
            model.Embed("water");
            using EmbeddingModel exact = EmbeddingModel.LoadDefault(new() { Device = device });
            Assert.Equal("CUDA device 0 (a fake)", exact.Card.Device);
        }
        Assert.Equal((0, 0, 0L), (fake.Alive, fake.Blocks, fake.Given));
    }

    [Theory]
    [InlineData("cuModuleLoadDataEx", 218, 1, "the driver does not compile the kernels")]
    [InlineData("cuModuleLoadDataEx", 209, 1, "cuModuleLoadDataEx Fast90.ptx failed with CUDA_ERROR_BY_ITS_NAME (209)")]
    [InlineData("cuFuncSetAttribute", 1, 0, "cuFuncSetAttribute gemm_wide_256_fast_f16 failed")]
    public void WhatTheDriverDoesNotTakeLeavesThemOutAndSaysSo(string call, int code, int after, string says)
    {
        using var fake = new FakeCuda(runs: false);
        using (CudaDevice device = FakeCuda.Open())
        {
            fake.Fail(call, code, after);
            using EmbeddingModel model = Load(device);
            Assert.StartsWith(
                "CUDA device 0 (a fake), products by mma.sync (those by wgmma cannot be used: ", model.Card.Device,
                StringComparison.Ordinal);
            Assert.Contains(says, model.Card.Device, StringComparison.Ordinal);
            model.Embed("water");
        }
        Assert.Equal((0, 0, 0L), (fake.Alive, fake.Blocks, fake.Given));
    }

    [Fact]
    public void ADeviceThatIsLostByTheCheckSaysHowToLeaveThemOut()
    {
        using var fake = new FakeCuda(runs: false);
        using CudaDevice device = FakeCuda.Open();
        fake.Fail("cuStreamSynchronize", 715);
        var lost = DeviceErrors.Throws(DeviceErrorKind.Lost, () => Load(device));
        Assert.Contains($"{WideProducts.Variable}=0 leaves them out", lost.Message, StringComparison.Ordinal);
    }

    /// <summary>What <c>sextant devices</c> says without a model.</summary>
    [Theory]
    [InlineData(75, 0, null)]
    [InlineData(80, 0, null)]
    [InlineData(90, 0, "products by mma.sync (those by wgmma fail the check 'F16 128×256: a product')")]
    [InlineData(80, 218, "cannot be used: CUDA device 0 (a fake): the driver does not compile the kernels of Fast.ptx (")]
    public void ADeviceSaysWhatItsFastModeIs(int capability, int code, string? expected)
    {
        using var fake = new FakeCuda(runs: false) { Capability = capability };
        using (CudaDevice device = FakeCuda.Open())
        {
            if (code != 0)
                fake.Fail("cuModuleLoadDataEx", code);
            string? note = device.LoadFastNote();
            if (expected is null)
                Assert.Null(note);
            else
                Assert.StartsWith(expected, note, StringComparison.Ordinal);
        }
        Assert.Equal((0, 0), (fake.Alive, fake.Blocks));
    }

    private static EmbeddingModel Load(CudaDevice device) =>
        EmbeddingModel.LoadDefault(new() { Device = device, Precision = Precision.Fast });
}
