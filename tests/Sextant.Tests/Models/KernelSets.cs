using Sextant.Kernels;

namespace Sextant.Tests.Models;

/// <summary>The instruction sets that have kernels of their own: others run those of the next set below.</summary>
internal static class KernelSets
{
    /// <summary>For products in f32.</summary>
    public static IEnumerable<Isa> Exact => With(GemmKernels.Table);

    /// <summary>For products in bytes.</summary>
    public static IEnumerable<Isa> Int8 => With(GemmInt8Kernels.Table);

    /// <summary>For products of bfloat16 numbers.</summary>
    public static IEnumerable<Isa> BFloat16 => With(GemmBFloat16Kernels.Table);

    private static IEnumerable<Isa> With(KernelTable table) =>
        InstructionSets.Supported.Intersect(table.Kernels.Select(kernel => kernel.Isa));
}
