using Sextant.Backends;

namespace Sextant;

/// <summary>What a loaded model is.</summary>
public sealed record ModelCard
{
    /// <summary>The folder it was loaded from.</summary>
    public required string Path { get; init; }

    /// <summary>model_type of config.json.</summary>
    public required string Architecture { get; init; }

    /// <summary>Width of the hidden states.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Layers the checkpoint has.</summary>
    public required int Layers { get; init; }

    /// <summary>
    /// Hidden states that are pooled: a layer's number, or several joined with '+' for their average.
    /// </summary>
    public required string LayersInUse { get; init; }

    /// <summary>Attention heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Heads of keys and values: fewer than <see cref="Heads"/> where query heads share them.</summary>
    public required int KeyHeads { get; init; }

    /// <summary>Elements of a head.</summary>
    public required int HeadSize { get; init; }

    /// <summary>What a token sees: bidirectional or causal, and its windows.</summary>
    public required string Attention { get; init; }

    /// <summary>How the order of tokens enters: learned, rotary, ALiBi …</summary>
    public required string PositionKind { get; init; }

    /// <summary>Width of the feed-forward part.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Rows of the word table.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Maximum number of tokens that positions are there for.</summary>
    public required int MaxPositions { get; init; }

    /// <summary>How matrices are kept in memory: F32, F16, BF16 or I8.</summary>
    public required string StoredType { get; init; }

    /// <summary>Poolings joined with '+'.</summary>
    public required string Pooling { get; init; }

    /// <summary>Whether vectors have length one.</summary>
    public required bool Normalized { get; init; }

    /// <summary>Length of the vectors.</summary>
    public required int Dimensions { get; init; }

    /// <summary>Elements of the weights that were loaded.</summary>
    public required long Parameters { get; init; }

    /// <summary>Bytes the weights take in memory.</summary>
    public required long PackedBytes { get; init; }

    /// <summary>Maximum number of tokens of a text, special tokens included.</summary>
    public required int MaxTokens { get; init; }

    /// <summary>What happens to a text with more tokens.</summary>
    public Truncation Truncation { get; init; }

    /// <summary>The device that computes.</summary>
    public required string Device { get; init; }

    /// <summary>
    /// Why this device stands in for the one that was preferred; null where it is what was asked for.
    /// </summary>
    public required string? DeviceFallback { get; init; }

    /// <summary>What it computes in; never <see cref="Precision.Fast"/> on the processor.</summary>
    public required Precision Precision { get; init; }

    /// <summary>Texts the model wants before an input, by name.</summary>
    public required IReadOnlyDictionary<string, string> Prompts { get; init; }

    /// <summary>
    /// The token that every text ends with because tokenizer_config.json or the caller says so; null for what the
    /// tokenizer does by itself.
    /// </summary>
    public string? EndToken { get; init; }

    /// <summary>Name of the prompt that is put before the texts of calls that name none; null for none.</summary>
    public required string? Prompt { get; init; }

    /// <summary>Name of the prompt that <see cref="Sextant.Prompt.Query"/> means; null for none.</summary>
    public required string? QueryPrompt { get; init; }

    /// <summary>Name of the prompt that <see cref="Sextant.Prompt.Document"/> means; null for none.</summary>
    public required string? DocumentPrompt { get; init; }

    /// <summary>What was found in the model's files and not used, a line each.</summary>
    public required IReadOnlyList<string> Notes { get; init; }
}
