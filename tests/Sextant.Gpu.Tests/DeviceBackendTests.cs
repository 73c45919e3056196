using Sextant.Backends;
using Sextant.Tests.Backends;

namespace Sextant.Gpu.Tests;

/// <summary>The contract on a device, with the kernels that are meant for it.</summary>
public sealed class DeviceBackendTests : BackendContract
{
    private protected override Backend Create() => DeviceHere.Device.CreateBackend(Precision.Exact, null);
}
