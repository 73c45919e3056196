using Sextant.Backends;
using Sextant.Gpu;
using Sextant.Ilgpu;
using Sextant.Kernels;

namespace Sextant.Cli.Verbs;

/// <summary>A set of kernels, or a device, to compare with the reference.</summary>
/// <param name="Name">As SEXTANT_ISA or --device names it.</param>
/// <param name="Load">Loads a model whose every op runs there.</param>
/// <param name="CreateBackend">Its ops alone; null where only whole models are compared.</param>
/// <param name="Precision">
/// What it computes in: all but fast are compared bit by bit, each with its own reference; fast has bits of its own.
/// </param>
internal sealed record VerifiedSet(
    string Name, Func<string, EmbeddingOptions, EmbeddingModel> Load, Func<Backend>? CreateBackend = null,
    Precision Precision = Precision.Exact)
{
    /// <summary>Whether it is near the reference, with bits of its own.</summary>
    public bool IsFast => Precision == Precision.Fast;

    /// <summary>Whether no whole model is run by it.</summary>
    public bool IsOpsAlone { get; init; }

    /// <summary>Before the name of an op, where a reference of its own is meant.</summary>
    public string Group => Precision is Precision.Int8 or Precision.BFloat16 ? Precision.Word() + " " : "";

    /// <summary>All sets that this machine can run, the reference first: the others are compared with it.</summary>
    public static IReadOnlyList<VerifiedSet> All() =>
    [
        .. WithKernels(GemmKernels.Table).Select(isa => Of(isa, Precision.Exact)),
        .. Narrow(GemmInt8Kernels.Table, Precision.Int8),
        .. Narrow(GemmBFloat16Kernels.Table, Precision.BFloat16),
    ];

    /// <summary>
    /// All devices that can be opened, in each precision that they have; the others are told to
    /// <paramref name="skipped"/>, with the reason.
    /// </summary>
    public static IEnumerable<VerifiedSet> Devices(Action<string, string> skipped)
    {
        foreach (ListedDevice device in AnyDevice.All())
        {
            if (device.Problem is { } problem)
                skipped(device.Choice, problem);
            if (device.Choice == "ilgpu:cpu")
            {
                skipped(device.Choice, "it takes minutes for what is verified here; the project's tests run it.");
                continue;
            }
            foreach (Precision precision in device.Precisions)
                yield return Of(device.Choice, precision, () => AnyDevice.Open(device.Choice));
        }
    }

    // The scalar reference of the products is compared; a whole model by it, once more, would take minutes.
    private static IEnumerable<VerifiedSet> Narrow(KernelTable table, Precision precision)
    {
        Isa[] sets = [.. WithKernels(table)];
        return sets.Select((isa, i) => Of(isa, precision) with { IsOpsAlone = i == 0 && sets.Length > 1 });
    }

    // A set without a kernel of its own runs that of the next set below, which is compared already.
    private static IEnumerable<Isa> WithKernels(KernelTable table) =>
        InstructionSets.Supported.Intersect(table.Kernels.Select(kernel => kernel.Isa)).Order();

    private static VerifiedSet Of(Isa isa, Precision precision) => new(
        precision == Precision.Exact ? InstructionSets.Name(isa) : $"{InstructionSets.Name(isa)} {precision.Word()}",
        (path, options) => EmbeddingModel.Load(path, options with { Precision = precision }, new KernelSet(isa)),
        () => new CpuDevice(new KernelSet(isa), null).CreateBackend(precision, null),
        precision);

    /// <summary>A device in one precision.</summary>
    // A model holds the device that it is on; so does a backend.
    public static VerifiedSet Of(string choice, Precision precision, Func<Device> open) => new(
        precision == Precision.Exact ? choice : $"{choice} {precision.Word()}",
        (path, options) =>
        {
            using Device device = open();
            return EmbeddingModel.Load(path, options with { Device = device, Precision = precision });
        },
        () =>
        {
            using Device device = open();
            return device.CreateBackend(precision, null);
        },
        precision);
}
