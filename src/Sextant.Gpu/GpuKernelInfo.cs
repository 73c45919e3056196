using Sextant.Kernels;

namespace Sextant.Gpu;

/// <summary>The source that has a kernel.</summary>
internal enum GpuModule
{
    /// <summary>Exact.cl.</summary>
    Exact,

    /// <summary>Fast.cl.</summary>
    Fast,

    /// <summary>Fast90.cl.</summary>
    Fast90,

    /// <summary>Peak.cl, for measurements: built when the first of its kernels starts, as all that follow are.</summary>
    Peak,

    /// <summary>FastPeak.cl.</summary>
    FastPeak,

    /// <summary>Fast90Peak.cl.</summary>
    Fast90Peak,

    /// <summary>None here: a vector of 16 for each item, which kernels/ilgpu alone has, for processors.</summary>
    Vectors,
}

/// <summary>What a launch has to know of a kernel.</summary>
/// <param name="Kernel">Which it is.</param>
/// <param name="Name">What the sources call it.</param>
/// <param name="Module">The source that has it.</param>
/// <param name="Stored">What its weights are stored as; null where it reads none, or those of f32 alone.</param>
/// <param name="GroupSize">Items of a group.</param>
/// <param name="SharedBytes">
/// Bytes of shared memory that CUDA is to give each group; 0: the kernel says itself what it needs.
/// </param>
/// <param name="Parameters">In the order of its arguments.</param>
internal sealed record GpuKernelInfo(
    GpuKernel Kernel, string Name, GpuModule Module, StoredType? Stored, int GroupSize, int SharedBytes,
    GpuParameter[] Parameters);

/// <summary>A parameter of a kernel.</summary>
/// <param name="Name">What the sources call it.</param>
/// <param name="Type">i32, i64 or f32, or what a piece of memory holds: i32*, u64*, f32*, u16*, i8*.</param>
internal sealed record GpuParameter(string Name, string Type)
{
    /// <summary>Bytes of an element of memory; 0: it is a number.</summary>
    public int ElementSize { get; } = Type switch
    {
        "u64*" => 8,
        "i32*" or "f32*" => 4,
        "u16*" => 2,
        "i8*" => 1,
        _ => 0,
    };

    /// <summary>Reads "name:type name:type …"; T* is memory of the stored type.</summary>
    public static GpuParameter[] Parse(string text, StoredType? stored) =>
    [
        .. text.Split(' ').Select(word => word.Split(':')).Select(parts => new GpuParameter(
            parts[0], parts[1] == "T*" ? stored == StoredType.F32 ? "f32*" : "u16*" : parts[1])),
    ];
}
