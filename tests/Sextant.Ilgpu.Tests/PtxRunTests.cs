using ILGPU.Runtime.Cuda;
using Sextant.Gpu;

namespace Sextant.Ilgpu.Tests;

/// <summary>
/// The PTX of every kernel for compute capability 8.0, instruction by instruction: the processor's bits, no access
/// outside of memory or without a barrier between.
/// </summary>
public sealed class PtxRunTests : SmallContract
{
    private static readonly Lazy<PtxDevice> s_device = new(() => new PtxDevice(CudaArchitecture.SM_80));

    private protected override GpuDevice Device => s_device.Value;

    [Fact]
    public void TheDefaultModelHasTheProcessorsBits()
    {
        using EmbeddingModel cpu = EmbeddingModel.LoadDefault();
        using EmbeddingModel model = EmbeddingModel.LoadDefault(new() { Device = Device });
        foreach (string text in (string[])["water", "a text of some more words"])
            Assert.Equal(cpu.Embed(text), model.Embed(text));
    }
}

/// <summary>The same for 9.0.</summary>
public sealed class PtxRun90Tests : SmallContract
{
    private static readonly Lazy<PtxDevice> s_device = new(() => new PtxDevice(CudaArchitecture.SM_90));

    private protected override GpuDevice Device => s_device.Value;
}
