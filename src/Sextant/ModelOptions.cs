using Sextant.Backends;

namespace Sextant;

/// <summary>What can be chosen of every kind of model when it is loaded.</summary>
public abstract record ModelOptions
{
    private protected ModelOptions()
    {
    }

    /// <summary>What to do with inputs that are too long. Of a pair, the longer text is cut first.</summary>
    public Truncation Truncation { get; init; } = Truncation.Right;

    /// <summary>
    /// Most tokens of a text or pair, special tokens included; null: as the model's files say.
    /// </summary>
    public int? MaxTokens { get; init; }

    /// <summary>
    /// Threads to compute with, 1 to 1024; null: the process-wide team (as many as the process may use).
    /// </summary>
    public int? Threads { get; init; }

    /// <summary>
    /// What computes; null: <see cref="Device.Cpu"/>. A device is used or refused, never replaced in silence.
    /// </summary>
    public Device? Device { get; init; }

    /// <summary>What it computes in. A device that does not have it refuses it.</summary>
    public Precision Precision { get; init; } = Precision.Exact;

    /// <summary>These choices alone, for the backbone below a head.</summary>
    internal EmbeddingOptions Common => new()
    {
        Truncation = Truncation,
        MaxTokens = MaxTokens,
        Threads = Threads,
        Device = Device,
        Precision = Precision,
    };
}
