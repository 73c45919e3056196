namespace Sextant;

/// <summary>How a <see cref="SparseEncoder"/> is loaded and used. Null means: as the model's own files say.</summary>
public sealed record SparseOptions : ModelOptions
{
    /// <summary>Maximum number of terms of a vector, those with the largest weights; null: all above 0.</summary>
    public int? MaxTerms { get; init; }
}
