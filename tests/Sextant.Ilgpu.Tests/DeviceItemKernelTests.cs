using Sextant.Backends;
using Sextant.Tests.Backends;

namespace Sextant.Gpu.Tests;

/// <summary>The contract with the kernels that GPUs get: tiles in local memory, an item for each lane.</summary>
public sealed class DeviceItemKernelTests : BackendContract
{
    private protected override Backend Create() => DeviceHere.WithItemKernels.CreateBackend(Precision.Exact, null);
}
