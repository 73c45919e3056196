using Sextant.Backends;
using Sextant.Kernels;
using Sextant.Layers;
using Sextant.Tensors;
using Sextant.Weights;

namespace Sextant.Heads;

/// <summary>A head's weights: rows of hidden states to rows of scores.</summary>
/// <remarks>Immutable; any number of threads may run it, each with its own workspace.</remarks>
internal sealed class TokenHead
{
    private readonly Matrix? _dense;
    private readonly ActivationKind _activation;
    private readonly Norm? _norm;
    private readonly Matrix _output;

    private TokenHead(Matrix? dense, ActivationKind activation, Norm? norm, Matrix output) =>
        (_dense, _activation, _norm, _output) = (dense, activation, norm, output);

    /// <summary>Scores of a row.</summary>
    public int Outputs => _output.Outputs;

    /// <summary>Elements of a hidden state.</summary>
    public int Inputs => _output.Inputs;

    /// <summary>The names of the head's tensors.</summary>
    public required IReadOnlySet<string> Used { get; init; }

    /// <summary>Loads a head.</summary>
    /// <param name="plan">Its names.</param>
    /// <param name="checkpoint">Where they are.</param>
    /// <param name="backend">Where they go.</param>
    /// <param name="hidden">H.</param>
    /// <param name="outputs">Scores of a row; null: as many as the last matrix has rows.</param>
    /// <exception cref="InvalidModelException">The checkpoint does not have this head.</exception>
    public static TokenHead Load(HeadPlan plan, Checkpoint checkpoint, Backend backend, int hidden, int? outputs)
    {
        var loader = new WeightLoader(checkpoint, backend, "", $"{plan.Kind} on hidden states of {hidden}");
        string output = OutputName(plan, checkpoint);
        int count = outputs ?? Rows(checkpoint, output, hidden);
        Matrix? dense = null;
        if (plan.Dense is { } name)
        {
            dense = backend.LoadMatrix(
                loader.Rows(hidden, hidden, name + ".weight"),
                plan.DenseBias ? loader.Column(hidden, name + ".bias") : null);
        }
        Norm? norm = plan.Norm is null ? null : loader.Norm(hidden, plan.Norm, plan.NormKind, plan.Epsilon);
        StackedRows? bias = null;
        if (plan.OutputBias.Length > 0)
        {
            string found = Array.Find(plan.OutputBias, loader.Has) ?? plan.OutputBias[0];
            bias = loader.Column(count, found);
        }
        Matrix last = backend.LoadMatrix(loader.Rows(count, hidden, output), bias);
        return new TokenHead(dense, plan.Activation, norm, last) { Used = loader.Used };
    }

    /// <summary>x [R,H] → scores [R, outputs]; memory [R or more, H] is overwritten.</summary>
    public void Run(Backend backend, Tensor x, Tensor scores, Tensor memory, Tensor scratch)
    {
        if (_dense is not null)
        {
            Tensor y = memory.RowRange(0, x.Rows);
            backend.Linear(x, _dense, _activation, default, y, scratch);
            _norm?.Run(backend, y, y);
            x = y;
        }
        backend.Linear(x, _output, ActivationKind.Identity, default, scores, scratch);
    }

    private static string OutputName(HeadPlan plan, Checkpoint checkpoint)
    {
        string own = plan.Output + ".weight";
        if (plan.Tied is null || checkpoint.TryFind(own, out _))
            return own;
        foreach (TensorInfo tensor in checkpoint.Tensors)
        {
            if (tensor.Name == plan.Tied || tensor.Name.EndsWith("." + plan.Tied, StringComparison.Ordinal))
                return tensor.Name;
        }
        return own;
    }

    private static int Rows(Checkpoint checkpoint, string name, int hidden)
    {
        if (checkpoint.TryFind(name, out TensorInfo? tensor) && tensor.Shape.Length == 2
            && tensor.Shape[0] is > 0 and < 1 << 24)
            return (int)tensor.Shape[0];
        throw new InvalidModelException(checkpoint.Location,
            $"'{name}' [labels,{hidden}] is missing; without it the model has no such head.");
    }
}
