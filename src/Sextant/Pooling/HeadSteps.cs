using Sextant.Backends;
using Sextant.Kernels;
using Sextant.Tensors;

namespace Sextant.Pooling;

/// <summary>
/// One step on rows: a dense layer, a LayerNorm, or scaling to length one where there is neither.
/// </summary>
internal sealed record HeadStep(Matrix? Weight, ActivationKind Activation)
{
    public static readonly HeadStep Normalize = new(null, ActivationKind.Identity);

    /// <summary>γ, β and ε of a LayerNorm; null for other steps.</summary>
    public (Table Gamma, Table Beta, float Epsilon)? Norm { get; init; }

    /// <summary>Whether a dense layer adds what it took.</summary>
    public bool AddsInput { get; init; }

    /// <summary>What that is multiplied by first, where the dense layer changes the size; null: nothing.</summary>
    public Matrix? InputWeight { get; init; }

    /// <summary>Whether the step scales to length one.</summary>
    public bool IsNormalize => Weight is null && Norm is null;
}

/// <summary>Steps on rows, whether of sequences or of tokens, in the model's order.</summary>
/// <remarks>Immutable; any number of threads may run them, each with its own workspace.</remarks>
internal sealed class HeadSteps
{
    private readonly HeadStep[] _steps;

    /// <param name="steps">In the model's order.</param>
    /// <param name="inputs">Elements of a row before the first step.</param>
    public HeadSteps(HeadStep[] steps, int inputs)
    {
        _steps = steps;
        (LargestInputs, Outputs) = (1, inputs);
        foreach (HeadStep step in steps)
        {
            if (step.Weight is null)
                continue;
            LargestInputs = Math.Max(LargestInputs, step.Weight.Inputs);
            Outputs = step.Weight.Outputs;
        }
    }

    /// <summary>Elements of a row after the last step.</summary>
    public int Outputs { get; }

    /// <summary>The longest input of a dense layer.</summary>
    public int LargestInputs { get; }

    /// <summary>Whether rows have length one in the end.</summary>
    public bool IsNormalized => _steps is [.., { IsNormalize: true }];

    /// <summary>The same with rows scaled to length one in the end, or not.</summary>
    public HeadStep[] With(bool normalized) =>
        normalized == IsNormalized ? _steps : IsNormalized ? _steps[..^1] : [.. _steps, HeadStep.Normalize];

    /// <summary>Bytes of a workspace that <see cref="Run"/> takes.</summary>
    public long WorkspaceBytes(int rows)
    {
        long bytes = 0;
        foreach (HeadStep step in _steps)
            bytes += step.Weight is null ? 0 : Workspace.SizeOf(rows, step.Weight.Outputs);
        return bytes;
    }

    /// <summary>x [R, inputs], which is overwritten → [R, dimensions], the first of the outputs.</summary>
    /// <remarks>A normalisation at the end sees only the dimensions that are kept.</remarks>
    public Tensor Run(Backend backend, Tensor x, int dimensions, Workspace workspace, Tensor scratch)
    {
        for (int i = 0; i < _steps.Length; i++)
        {
            HeadStep step = _steps[i];
            if (step.Weight is { } weight)
            {
                Tensor y = workspace.Take(x.Rows, weight.Outputs);
                if (step.InputWeight is { } input)
                    backend.Linear(x, input, ActivationKind.Identity, default, y, scratch);
                Tensor residual = step.InputWeight is not null ? y : step.AddsInput ? x : default;
                backend.Linear(x, weight, step.Activation, residual, y, scratch);
                x = y;
            }
            else if (step.Norm is { } norm)
            {
                backend.LayerNorm(x, norm.Gamma, norm.Beta, norm.Epsilon, x);
            }
            else
            {
                if (i == _steps.Length - 1)
                    x = x.ColumnRange(0, dimensions);
                backend.Normalize(x);
            }
        }
        return x.ColumnRange(0, dimensions);
    }
}
