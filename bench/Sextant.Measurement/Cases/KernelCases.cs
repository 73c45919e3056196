using Sextant.Kernels;

namespace Sextant.Measurement.Cases;

/// <summary>A kernel at a shape, before its memory is taken.</summary>
/// <param name="Op">The op.</param>
/// <param name="Isa">The kernel's instruction set.</param>
/// <param name="Kernel">The kernel's name.</param>
/// <param name="Variant">One of the op's variants.</param>
/// <param name="Shape">As <see cref="OpCases.ShapeForm"/> has it.</param>
internal sealed record NamedCase(OpCases Op, Isa Isa, string Kernel, string Variant, int[] Shape)
{
    /// <summary>What its row is called.</summary>
    public KernelName Name
    {
        get
        {
            string isa = InstructionSets.Name(Isa), shape = string.Join(',', Shape);
            return new KernelName(
                $"kernels/{Op.Op}/{Kernel}/{Variant}/{shape}",
                [
                    new("op", Op.Op), new("kernel", Kernel), new("variant", Variant), new("shape", shape),
                    new("isa", isa), new("device", "cpu"), new("threads", "1"),
                ],
                $"sextant bench kernels --op {Op.Op} --isa {isa} --variant {Variant} --shape {shape}");
        }
    }

    /// <summary>The case with its memory.</summary>
    /// <exception cref="InvalidChoiceException">It needs more than there is.</exception>
    public KernelCase Create(ColdMemory cold)
    {
        try
        {
            return Op.Create(Isa, Shape, Variant, cold);
        }
        catch (Exception problem) when (problem is OutOfMemoryException or OverflowException)
        {
            throw new InvalidChoiceException(
                $"{Op.Op} {string.Join(',', Shape)} needs more memory than there is; {Op.ShapeForm} is its shape");
        }
    }
}

/// <summary>
/// The one list of the processor's cases: <c>sextant bench kernels</c> and BenchmarkDotNet both take it.
/// </summary>
internal static class KernelCases
{
    /// <summary>What a choice names.</summary>
    /// <param name="choice">The choice.</param>
    /// <param name="quick">The reduced set: few shapes, each op's first variant and best kernel.</param>
    /// <exception cref="InvalidChoiceException">The choice names what there is not.</exception>
    public static IReadOnlyList<NamedCase> Of(KernelChoice choice, bool quick)
    {
        var chosen = new ChosenCases(choice, OpCatalog.Named);
        var cases = new List<NamedCase>();
        foreach ((string name, string variant, int[] shape) in chosen.All(quick))
        {
            OpCases op = OpCatalog.Ops.First(one => one.Op == name);
            cases.AddRange(op.Kernels.Where(kernel => IsWanted(op, kernel.Isa, choice, quick))
                .Select(kernel => new NamedCase(op, kernel.Isa, kernel.Name, variant, shape)));
        }
        return cases.Count > 0 ? cases : throw new InvalidChoiceException(chosen.NothingLeft);
    }

    private static bool IsWanted(OpCases op, Isa isa, KernelChoice choice, bool quick)
    {
        if (choice.Sets.Count > 0)
            return choice.Sets.Contains(isa);
        // The scalar reference is the specification, not a kernel that anybody runs for its speed.
        if (!InstructionSets.IsSupported(isa))
            return false;
        Isa best = op.Kernels.First(kernel => InstructionSets.IsSupported(kernel.Isa)).Isa;
        return choice.Mode != KernelMode.Performance || (isa != Isa.Reference && (!quick || isa == best));
    }
}
