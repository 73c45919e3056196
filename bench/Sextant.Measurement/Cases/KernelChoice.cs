using Sextant.Backends;
using Sextant.Kernels;

namespace Sextant.Measurement.Cases;

/// <summary>What is looked at.</summary>
internal enum KernelMode
{
    /// <summary>Time, with error and bits of a part of the output.</summary>
    Performance,

    /// <summary>Error against double over the whole output.</summary>
    Correctness,

    /// <summary>Bits against the reference over the whole output.</summary>
    Bitwise,
}

/// <summary>Which cases, and what of them.</summary>
internal sealed record KernelChoice
{
    public KernelMode Mode { get; init; }

    /// <summary>Precisions; the processor's kernels say theirs by their names.</summary>
    public IReadOnlyList<Precision> Precisions { get; init; } = [Precision.Exact];

    /// <summary>Ops; empty for all.</summary>
    public IReadOnlyList<string> Ops { get; init; } = [];

    /// <summary>Instruction sets; empty for all that this machine runs, the scalar reference left out.</summary>
    public IReadOnlyList<Isa> Sets { get; init; } = [];

    /// <summary>Variants; empty for all that an op has.</summary>
    public IReadOnlyList<string> Variants { get; init; } = [];

    /// <summary>
    /// Shapes, each with the op it is for or null for every op of as many numbers; empty for the usual ones.
    /// </summary>
    public IReadOnlyList<(string? Op, int[] Shape)> Shapes { get; init; } = [];

    /// <summary>
    /// Ops of other devices that are measured by the same choice, whose shapes may have other numbers: what is a shape
    /// of theirs is left to them.
    /// </summary>
    public IReadOnlyList<NamedOp> Elsewhere { get; init; } = [];
}
