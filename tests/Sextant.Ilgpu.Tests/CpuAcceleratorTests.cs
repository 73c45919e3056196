using Sextant.Gpu;

namespace Sextant.Ilgpu.Tests;

/// <summary>
/// Every kernel as C#, on ILGPU's own accelerator, which runs a thread for each item. What ILGPU's compilers make of
/// the same kernels is tested on OpenCL, and from their PTX.
/// </summary>
public sealed class CpuAcceleratorTests : SmallContract, IDisposable
{
    private readonly IlgpuDevice _device = IlgpuDevice.Open(IlgpuKind.Cpu);

    private protected override GpuDevice Device => _device;

    public void Dispose() => _device.Dispose();
}
