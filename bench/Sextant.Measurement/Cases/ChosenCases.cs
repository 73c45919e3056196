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
    // Multiply-adds of one call, as many as a slow processor does in a minute and a fast one in half a second.
    private const double MaxSteps = 1e11;

    /// <summary>The same for a GPU, of which a large one does a thousandth in a few milliseconds.</summary>
    public const double MaxStepsOfGpus = 1e13;

    private readonly KernelChoice _choice;
    private readonly double _maxSteps;
    private readonly NamedOp[] _ops;

    /// <summary>Looks at the names of a choice.</summary>
    /// <exception cref="InvalidChoiceException">
    /// The choice names what there is not; the message says what there is.
    /// </exception>
    public ChosenCases(KernelChoice choice, IReadOnlyList<NamedOp> ops, double maxSteps = MaxSteps)
    {
        (_choice, _maxSteps) = (choice, maxSteps);
        _ops = [.. ops.Where(op => choice.Ops.Count == 0 || choice.Ops.Contains(op.Op))];
        NamedOp[] elsewhere =
            [.. choice.Elsewhere.Where(op => choice.Ops.Count == 0 || choice.Ops.Contains(op.Op))];
        foreach (string op in choice.Ops.Where(name => !ops.Any(one => one.Op == name)))
            throw new InvalidChoiceException($"there is no op '{op}'; there are {Names(ops.Select(one => one.Op))}");
        foreach (string variant in choice.Variants.Where(name => !_ops.Any(op => op.Variants.Contains(name))))
        {
            throw new InvalidChoiceException(
                $"no op has a variant '{variant}'; there are {Names(_ops.SelectMany(op => op.Variants).Distinct())}");
        }
        foreach ((string? name, int[] shape) in choice.Shapes)
        {
            if (elsewhere.Any(op => IsShapeOf(op, name, shape)))
                continue; // each device needs one of its own, which is looked at below
            if (_ops.FirstOrDefault(op => op.Op == name) is { } named && shape.Length != Numbers(named))
            {
                throw new InvalidChoiceException(
                    $"a shape of {name} is {named.ShapeForm}, not '{string.Join(',', shape)}'");
            }
            if (name is null && !_ops.Any(op => Numbers(op) == shape.Length))
                throw new InvalidChoiceException($"'{string.Join(',', shape)}' is a shape of no op; {Forms}");
        }
        foreach ((string? name, int[] shape) in choice.Shapes)
        {
            foreach (NamedOp op in _ops.Where(op => IsShapeOf(op, name, shape)))
                RequireTime(op, shape);
        }
        // What was asked for by its name is not left out because of another flag.
        foreach (NamedOp op in _ops.Where(_ => choice.Ops.Count > 0))
        {
            if (!Variants(op, quick: false).Any())
                throw new InvalidChoiceException($"{op.Op} has none of these variants; it has {Names(op.Variants)}");
            if (!Shapes(op, quick: false).Any())
                throw new InvalidChoiceException($"none of these shapes is one of {op.Op}, which is {op.ShapeForm}");
        }
    }

    /// <summary>What a user is told where nothing is left.</summary>
    public string NothingLeft => $"no kernel is left; {Forms}";

    private string Forms => $"shapes are {string.Join("; ", _ops.Select(op => $"{op.Op} {op.ShapeForm}"))}";

    /// <summary>The cases in the order of the ops, each once.</summary>
    /// <param name="quick">The reduced set: few shapes, each op's first variant.</param>
    public IReadOnlyList<(string Op, string Variant, int[] Shape)> All(bool quick)
    {
        var all = new List<(string, string, int[])>();
        foreach (NamedOp op in _ops)
        {
            foreach (int[] shape in Shapes(op, quick))
                all.AddRange(Variants(op, quick).Select(variant => (op.Op, variant, shape)));
        }
        return all.Count > 0 ? all : throw new InvalidChoiceException(NothingLeft);
    }

    // A round runs a case several times, and a run is some ten rounds.
    private void RequireTime(NamedOp op, int[] shape)
    {
        // What a token sees grows with the tokens; elsewhere the numbers of a shape are multiplied once.
        double steps = shape.Aggregate(op.Op == "attention" ? shape[0] : 1.0, (product, number) => product * number);
        if (steps <= _maxSteps)
            return;
        throw new InvalidChoiceException(FormattableString.Invariant(
            $"{op.Op} of '{string.Join(',', shape)}' takes {steps:0.0e+0} steps each time; ")
            + FormattableString.Invariant($"at most {_maxSteps:0.0e+0} are measured, which take seconds"));
    }

    private IEnumerable<string> Variants(NamedOp op, bool quick) => _choice.Variants.Count > 0
        ? op.Variants.Where(_choice.Variants.Contains) : quick ? op.Variants.Take(1) : op.Variants;

    private IEnumerable<int[]> Shapes(NamedOp op, bool quick) => _choice.Shapes.Count == 0
        ? op.Shapes(quick)
        : _choice.Shapes
            .Where(one => IsShapeOf(op, one.Op, one.Shape))
            .Select(one => one.Shape).DistinctBy(shape => string.Join(',', shape));

    private static bool IsShapeOf(NamedOp op, string? name, int[] shape) =>
        op.Op == (name ?? op.Op) && Numbers(op) == shape.Length;

    private static int Numbers(NamedOp op) => op.ShapeForm.Split(',').Length;

    private static string Names(IEnumerable<string> names) => string.Join(", ", names);
}
