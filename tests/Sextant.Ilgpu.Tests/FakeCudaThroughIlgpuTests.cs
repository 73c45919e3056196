using Sextant.Backends;
using Sextant.Gpu;
using Sextant.Gpu.Cuda;
using Sextant.Gpu.Tests;

namespace Sextant.Ilgpu.Tests;

/// <summary>
/// ilgpu:cuda as a whole, on a driver that stands in for CUDA's: contexts, streams, copies, modules and arguments as
/// ILGPU hands them over, and the PTX of both kinds of kernels interpreted.
/// </summary>
public sealed class FakeCudaThroughIlgpuTests
{
    private static readonly string[] s_texts = ["water", "a text of some more words"];

    [Fact]
    public void ExactModeHasTheProcessorsBits()
    {
        FakeIlgpuCuda.Require();
        using var fake = new FakeCuda(runs: true);
        using EmbeddingModel cpu = EmbeddingModel.LoadDefault();
        using (IlgpuDevice device = Open())
        using (EmbeddingModel model = EmbeddingModel.LoadDefault(new() { Device = device }))
        {
            foreach (string text in s_texts)
                Assert.Equal(cpu.Embed(text), model.Embed(text));
        }
        Assert.Equal((0, 0, 0L), (fake.Alive, fake.Blocks, fake.Given));
    }

    [Theory]
    [InlineData(80, null)]
    [InlineData(90, ", products by wgmma")]
    public void FastModeIsThatOfThePtxInTheContextOfIlgpu(int capability, string? note)
    {
        FakeIlgpuCuda.Require();
        using var fake = new FakeCuda(runs: true) { Capability = capability };
        using EmbeddingModel cpu = EmbeddingModel.LoadDefault();
        using (IlgpuDevice device = Open())
        using (CudaDevice direct = FakeCuda.Open())
        {
            Assert.True(device.Supports(Precision.Fast));
            using EmbeddingModel model = EmbeddingModel.LoadDefault(
                new() { Device = device, Precision = Precision.Fast });
            Assert.Equal($"CUDA device 0 (a fake) through ILGPU{note}", model.Card.Device);
            using EmbeddingModel other = EmbeddingModel.LoadDefault(
                new() { Device = direct, Precision = Precision.Fast });
            // In turns on one thread: each has a context of its own.
            foreach (string text in s_texts)
            {
                float[] fast = model.Embed(text);
                Assert.Equal(other.Embed(text), fast);
                Assert.True(FastValues.Cosine(cpu.Embed(text), fast) > Tolerances.FastCosine);
            }
        }
        Assert.Equal((0, 0, 0L), (fake.Alive, fake.Blocks, fake.Given));
    }

    [Fact]
    public void DevicesWithoutTensorCoresForIt()
    {
        FakeIlgpuCuda.Require();
        using var fake = new FakeCuda(runs: true) { Capability = 75 };
        using IlgpuDevice device = Open();
        Assert.False(device.Supports(Precision.Fast));
        Assert.Null(device.LoadFastNote());
    }

    private static IlgpuDevice Open() => IlgpuDevice.OpenCuda(0, CudaDeviceInfo.All(FakeCuda.Api));
}
