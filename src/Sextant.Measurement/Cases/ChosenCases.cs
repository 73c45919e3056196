namespace Sextant.Measurement.Cases;

/// <summary>An op that a command line can name.</summary>
/// <param name="Op">Its name.</param>
/// <param name="ShapeForm">What the numbers of its shapes are.</param>
/// <param name="Variants">Its variants, the usual one first.</param>
/// <param name="Shapes">Its usual shapes, reduced or not.</param>
internal sealed record NamedOp(
    string Op, string ShapeForm, IReadOnlyList<string> Variants, Func<bool, IReadOnlyList<int[]>> Shapes);

/// <summary>The op, variant and shape of every case that a choice names.</summary>
internal sealed class ChosenCases
{
    private readonly KernelChoice _choice;
    private readonly NamedOp[] _ops;

    /// <summary>Looks at the names of a choice.</summary>
    /// <exception cref="ArgumentException">
    /// The choice names nothing that there is; the message says what there is.
    /// </exception>
    public ChosenCases(KernelChoice choice, IReadOnlyList<NamedOp> ops)
    {
        _choice = choice;
        _ops = [.. ops.Where(op => choice.Ops.Count == 0 || choice.Ops.Contains(op.Op))];
        foreach (string op in choice.Ops)
        {
            if (!ops.Any(one => one.Op == op))
                throw new ArgumentException(
                    $"there is no op '{op}'; there are {string.Join(", ", ops.Select(one => one.Op))}");
        }
        foreach (string variant in choice.Variants)
        {
            if (!_ops.Any(op => op.Variants.Contains(variant)))
            {
                throw new ArgumentException(
                    $"no op has a variant '{variant}'; there are {string.Join(", ", _ops.SelectMany(op => op.Variants).Distinct())}");
            }
        }
    }

    /// <summary>What a user is told where nothing is left.</summary>
    public string NothingLeft =>
        $"no kernel is left; shapes are {string.Join("; ", _ops.Select(op => $"{op.Op} {op.ShapeForm}"))}";

    /// <summary>The cases in the order of the ops.</summary>
    /// <param name="quick">The reduced set: few shapes, each op's first variant.</param>
    public IReadOnlyList<(string Op, string Variant, int[] Shape)> All(bool quick)
    {
        var all = new List<(string, string, int[])>();
        foreach (NamedOp op in _ops)
        {
            foreach (int[] shape in Shapes(op, quick))
            {
                foreach (string variant in op.Variants)
                {
                    bool wanted = _choice.Variants.Count > 0
                        ? _choice.Variants.Contains(variant) : !quick || variant == op.Variants[0];
                    if (wanted)
                        all.Add((op.Op, variant, shape));
                }
            }
        }
        return all.Count > 0 ? all : throw new ArgumentException(NothingLeft);
    }

    private IEnumerable<int[]> Shapes(NamedOp op, bool quick)
    {
        if (_choice.Shapes.Count == 0)
            return op.Shapes(quick);
        int numbers = op.ShapeForm.Split(',').Length;
        foreach ((string? name, int[] shape) in _choice.Shapes)
        {
            if (name == op.Op && shape.Length != numbers)
                throw new ArgumentException($"a shape of {op.Op} is {op.ShapeForm}, not '{string.Join(',', shape)}'");
        }
        return _choice.Shapes
            .Where(one => one.Op == op.Op || (one.Op is null && one.Shape.Length == numbers))
            .Select(one => one.Shape);
    }
}
