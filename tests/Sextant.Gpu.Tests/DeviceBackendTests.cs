using Sextant.Backends;
using Sextant.Tests.Backends;

namespace Sextant.Gpu.Tests;

/// <summary>The contract on the OpenCL device, with the kernels that are meant for it.</summary>
public sealed class OpenClBackendTests : BackendContract
{
    private protected override Backend Create() => OpenClHere.Device.CreateBackend(Precision.Exact, null);
}

/// <summary>The contract with the kernels that CUDA gets too: tiles in local memory, an item for each lane.</summary>
public sealed class OpenClItemKernelTests : BackendContract
{
    private protected override Backend Create() => OpenClHere.WithItemKernels.CreateBackend(Precision.Exact, null);
}
