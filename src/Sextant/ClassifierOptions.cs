using Sextant.Backends;

namespace Sextant;

/// <summary>
/// How a <see cref="SequenceClassifier"/> is loaded and used. Null means: as the model's own files say.
/// </summary>
public sealed record ClassifierOptions
{
    /// <summary>What to do with texts and pairs that are too long. Of a pair, the longer text is cut first.</summary>
    public Truncation Truncation { get; init; } = Truncation.Right;

    /// <summary>Most tokens of a text or pair, special tokens included.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>What becomes of scores; null: <see cref="SequenceClassifier.LabelFunction"/> and
    /// <see cref="SequenceClassifier.RankFunction"/> as the files say.</summary>
    public ScoreFunction? Function { get; init; }

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
