using Sextant.Kernels;

namespace Sextant.Tests.Models;

/// <summary>The instruction sets that have kernels of their own: others run those of the next set below.</summary>
internal static class KernelSets
{
    /// <summary>For products in f32.</summary>
    public static IEnumerable<Isa> Exact => With(KernelTable.Gemm);

    /// <summary>For products in bytes.</summary>
    public static IEnumerable<Isa> Int8 => With(KernelTable.GemmInt8);

    /// <summary>For products of bfloat16 numbers.</summary>
    public static IEnumerable<Isa> BFloat16 => With(KernelTable.GemmBFloat16);

    private static IEnumerable<Isa> With<TKernel>(KernelRow<TKernel>[] table)
        where TKernel : Delegate =>
        InstructionSets.Supported.Where(isa => Array.Exists(table, row => row.Isa == isa));
}
