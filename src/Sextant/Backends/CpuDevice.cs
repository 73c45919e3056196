using Sextant.Kernels;
using Sextant.Runtime;

namespace Sextant.Backends;

/// <summary>The processor, with the kernels chosen for it or a certain set of them.</summary>
internal sealed class CpuDevice(KernelSet? kernels, string? fallback) : Device("CPU")
{
    public override string? Fallback => fallback;

    public override bool Supports(Precision precision) => precision == Precision.Exact;

    internal override Backend CreateBackend(Precision precision, int? threads)
    {
        Require(precision);
        bool shared = threads is null || threads == Environment.ProcessorCount;
        ThreadTeam team = shared ? ThreadTeam.Shared : new ThreadTeam(threads!.Value);
        return new CpuBackend(kernels ?? KernelSet.Chosen, team, ownsTeam: !shared);
    }
}
