namespace Sextant.Cli.Verbs;

/// <summary>A set of kernels that this machine can run.</summary>
/// <param name="Name">As SEXTANT_ISA names it.</param>
/// <param name="Load">Loads a model whose every op runs on this set.</param>
internal sealed record KernelSet(string Name, Func<string, EmbeddingOptions, EmbeddingModel> Load)
{
    /// <summary>All sets of this machine, the reference first: the others are compared with it.</summary>
    public static IReadOnlyList<KernelSet> All() => [new("default", EmbeddingModel.Load)];
}
