namespace Sextant.Cli.Verbs;

/// <summary>What the kernels say about this machine.</summary>
internal static class KernelFacts
{
    /// <summary>Names and values, in order: the instruction set, then the kernel that serves each op.</summary>
    public static IEnumerable<(string Name, string Value)> All() => [];
}
