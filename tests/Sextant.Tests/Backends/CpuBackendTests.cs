using Sextant.Backends;
using Sextant.Kernels;

namespace Sextant.Tests.Backends;

/// <summary>The contract on the processor's best kernels, two threads.</summary>
public sealed class CpuBackendTests : BackendContract
{
    private protected override Backend Create() =>
        new CpuDevice(new KernelSet(InstructionSets.Supported[0]), null).CreateBackend(Precision.Exact, 2);
}

/// <summary>The contract on the narrowest vectors.</summary>
public sealed class CpuBackendVector128Tests : BackendContract
{
    private protected override Backend Create() =>
        new CpuDevice(new KernelSet(Isa.Vector128), null).CreateBackend(Precision.Exact, 1);
}
