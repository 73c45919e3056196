namespace Sextant;

/// <summary>What a head's raw scores become.</summary>
public enum ScoreFunction
{
    /// <summary>They stay as they are.</summary>
    None,

    /// <summary>1 / (1 + exp(−x)) of each.</summary>
    Sigmoid,

    /// <summary>exp(x − max) / Σ exp(x − max) over the labels: they sum up to one.</summary>
    Softmax,
}
