using Sextant.Kernels;

namespace Sextant.Cli.Verbs;

/// <summary>A set of kernels to compare with the reference.</summary>
/// <param name="Name">As SEXTANT_ISA names it.</param>
/// <param name="Load">Loads a model whose every op runs on this set.</param>
internal sealed record VerifiedSet(string Name, Func<string, EmbeddingOptions, EmbeddingModel> Load)
{
    /// <summary>All sets that this machine can run, the reference first: the others are compared with it.</summary>
    public static IReadOnlyList<VerifiedSet> All() => [.. InstructionSets.Supported.Order().Select(Of)];

    private static VerifiedSet Of(Isa isa) =>
        new(InstructionSets.Name(isa), (path, options) => EmbeddingModel.Load(path, options, new KernelSet(isa)));
}
