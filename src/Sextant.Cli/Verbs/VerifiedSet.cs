using Sextant.Backends;
using Sextant.Gpu;
using Sextant.Ilgpu;
using Sextant.Kernels;

namespace Sextant.Cli.Verbs;

/// <summary>A set of kernels, or a device, to compare with the reference.</summary>
/// <param name="Name">As SEXTANT_ISA or --device names it.</param>
/// <param name="Load">Loads a model whose every op runs there.</param>
/// <param name="CreateBackend">Its ops alone; null where only whole models are compared.</param>
/// <param name="IsFast">Whether it computes in fast mode: near the reference, with bits of its own.</param>
internal sealed record VerifiedSet(
    string Name, Func<string, EmbeddingOptions, EmbeddingModel> Load, Func<Backend>? CreateBackend = null,
    bool IsFast = false)
{
    /// <summary>All sets that this machine can run, the reference first: the others are compared with it.</summary>
    public static IReadOnlyList<VerifiedSet> All() => [.. InstructionSets.Supported.Order().Select(Of)];

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

    private static VerifiedSet Of(Isa isa) => new(
        InstructionSets.Name(isa),
        (path, options) => EmbeddingModel.Load(path, options, new KernelSet(isa)),
        () => new CpuDevice(new KernelSet(isa), null).CreateBackend(Precision.Exact, null));

    /// <summary>A device in one precision.</summary>
    // A model holds the device that it is on; so does a backend.
    public static VerifiedSet Of(string choice, Precision precision, Func<Device> open) => new(
        precision == Precision.Fast ? $"{choice} fast" : choice,
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
        precision == Precision.Fast);
}
