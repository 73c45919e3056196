using Sextant.Kernels;
using Sextant.Runtime;

namespace Sextant.Backends;

/// <summary>The processor, with the kernels chosen for it or a certain set of them.</summary>
internal sealed class CpuDevice(KernelSet? kernels, string? fallback) : Device("CPU")
{
    public override string? Fallback => fallback;

    public override bool Supports(Precision precision) =>
        precision is Precision.Exact or Precision.Int8 or Precision.BFloat16 or Precision.Fast;

    internal override Precision Resolve(Precision precision) =>
        precision == Precision.Fast ? Precision.Int8 : precision;

    internal override Backend CreateBackend(Precision precision, int? threads)
    {
        Require(precision);
        bool shared = threads is null || threads == Environment.ProcessorCount;
        ThreadTeam team = shared ? ThreadTeam.Shared : new ThreadTeam(threads!.Value);
        KernelSet set = kernels ?? KernelSet.Chosen;
        return Resolve(precision) switch
        {
            Precision.Int8 => new CpuInt8Backend(set, team, ownsTeam: !shared),
            Precision.BFloat16 => new CpuBFloat16Backend(set, team, ownsTeam: !shared),
            _ => new CpuBackend(set, team, ownsTeam: !shared),
        };
    }
}
