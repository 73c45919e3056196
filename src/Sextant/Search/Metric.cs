namespace Sextant.Search;

/// <summary>What a score is; the larger one is always the nearer.</summary>
public enum Metric
{
    /// <summary>The dot product.</summary>
    Dot = 0,

    /// <summary>The dot product of vectors that are scaled to length one when they are added or searched for.</summary>
    Cosine = 1,

    /// <summary>The squared Euclidean distance, negated.</summary>
    SquaredDistance = 2,
}
