using Sextant.Backends;

namespace Sextant;

/// <summary>How a <see cref="SparseEncoder"/> is loaded and used. Null means: as the model's own files say.</summary>
public sealed record SparseOptions
{
    /// <summary>Most terms of a vector, those with the largest weights; null: all above 0.</summary>
    public int? MostTerms { get; init; }

    /// <summary>What to do with texts that are too long.</summary>
    public Truncation Truncation { get; init; } = Truncation.Right;

    /// <summary>Most tokens of a text, special tokens included.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Threads to compute with; null: the process-wide team (as many as the process may use).</summary>
    public int? Threads { get; init; }

    /// <summary>What computes; null: this machine's processor.</summary>
    public Device? Device { get; init; }

    /// <summary>The same bits everywhere, or faster where the device has it.</summary>
    public Precision Precision { get; init; } = Precision.Exact;

    internal EmbeddingOptions Common => new()
    {
        Truncation = Truncation,
        MaxTokens = MaxTokens,
        Threads = Threads,
        Device = Device,
        Precision = Precision,
    };
}
