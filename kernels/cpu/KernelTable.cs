using Sextant.Kernels.X64;

namespace Sextant.Kernels;

/// <summary>A kernel that takes its arguments in one structure.</summary>
internal delegate void Kernel<TArguments>(in TArguments arguments)
    where TArguments : struct;

/// <summary>One kernel of one op.</summary>
/// <param name="Isa">The instruction set it is written for.</param>
/// <param name="Name">Op, type, instruction set.</param>
/// <param name="Run">The kernel.</param>
/// <param name="Assembled">
/// Whether it is machine code (kernels/x64) that has no compiled code to fall back on where it cannot be used.
/// </param>
internal readonly record struct KernelRow<TKernel>(Isa Isa, string Name, TKernel Run, bool Assembled = false)
    where TKernel : Delegate;

/// <summary>An op: its name, and every kernel there is, best first. All of a table give the same bits.</summary>
internal abstract class KernelTable(string op)
{
    /// <summary>The op's name.</summary>
    public string Op => op;

    /// <summary>Instruction set and name of each kernel, best first.</summary>
    public abstract IReadOnlyList<(Isa Isa, string Name)> Kernels { get; }
}

/// <summary>The same with the kernels themselves.</summary>
internal sealed class KernelTable<TKernel>(string op, params KernelRow<TKernel>[] rows) : KernelTable(op)
    where TKernel : Delegate
{
    public override IReadOnlyList<(Isa Isa, string Name)> Kernels => Array.ConvertAll(rows, row => (row.Isa, row.Name));

    /// <summary>The best kernel that needs no more than <paramref name="isa"/>.</summary>
    /// <param name="isa">An instruction set.</param>
    /// <param name="assembled">Whether it may be one of <see cref="KernelRow{TKernel}.Assembled"/>.</param>
    public KernelRow<TKernel> Select(Isa isa, bool assembled = true)
    {
        foreach (KernelRow<TKernel> row in rows)
        {
            if (row.Isa <= isa && (assembled || !row.Assembled))
                return row;
        }
        throw new InvalidOperationException("A kernel table has no reference.");
    }
}

/// <summary>The kernel that serves an op in a <see cref="KernelSet"/>.</summary>
internal abstract class ChosenKernel(KernelTable table)
{
    /// <summary>The op.</summary>
    public KernelTable Table => table;

    /// <summary>The kernel's name.</summary>
    public abstract string Name { get; }
}

/// <summary>The same with the kernel itself.</summary>
internal sealed class ChosenKernel<TKernel>(KernelTable<TKernel> table, Isa isa) : ChosenKernel(table)
    where TKernel : Delegate
{
    private readonly KernelRow<TKernel> _best = table.Select(isa);
    private readonly KernelRow<TKernel> _compiled = table.Select(isa, assembled: false);

    /// <summary>The kernel.</summary>
    public TKernel Run => Row.Run;

    public override string Name => Row.Name;

    // The first question maps the code: whoever has no use for assembled kernels does not wait for it.
    private KernelRow<TKernel> Row => _best.Assembled && MachineCode.Problem is not null ? _compiled : _best;
}
