using Sextant.Kernels;

namespace Sextant.Measurement.Cases;

/// <summary>Makes the cases of one op: a file for each op, a line in <see cref="OpCatalog"/>.</summary>
internal abstract class OpCases
{
    /// <summary>As its table calls it, with - for spaces.</summary>
    public abstract string Op { get; }

    /// <summary>The op's table: instruction set and name of each kernel, best first.</summary>
    public abstract IReadOnlyList<(Isa Isa, string Name)> Kernels { get; }

    /// <summary>What the numbers of a shape are, such as T,F,K.</summary>
    public abstract string ShapeForm { get; }

    /// <summary>What else tells cases apart, such as how weights are stored; the first is the usual one.</summary>
    public virtual IReadOnlyList<string> Variants => ["f32"];

    /// <summary>The shapes that are measured unless others are asked for.</summary>
    public abstract IReadOnlyList<int[]> Shapes(bool quick);

    /// <summary>One case.</summary>
    /// <param name="isa">A set; where the table has no kernel for it, the next one below serves.</param>
    /// <param name="shape">As many positive numbers as <see cref="ShapeForm"/> has.</param>
    /// <param name="variant">One of <see cref="Variants"/>.</param>
    /// <param name="cold">Memory larger than the caches, random, for what memory bounds.</param>
    public abstract KernelCase Create(Isa isa, int[] shape, string variant, ColdMemory cold);
}

/// <summary>The cases of an op, which has its name and its kernels from a table.</summary>
internal abstract class OpCases<TKernel>(KernelTable<TKernel> table) : OpCases
    where TKernel : Delegate
{
    public sealed override string Op { get; } = table.Op.Replace(' ', '-');

    public sealed override IReadOnlyList<(Isa Isa, string Name)> Kernels => table.Kernels;

    /// <summary>The scalar code that says what the bits are.</summary>
    protected TKernel Reference { get; } = table.Select(Isa.Reference).Run;

    /// <summary>The best kernel that needs no more than <paramref name="isa"/>.</summary>
    protected TKernel Best(Isa isa) => table.Select(isa).Run;
}
