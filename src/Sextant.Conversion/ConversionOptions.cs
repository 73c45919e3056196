namespace Sextant.Conversion;

/// <summary>What a conversion cannot read out of the graph.</summary>
public sealed record ConversionOptions
{
    /// <summary>How token vectors become the text's: "mean" or "cls".</summary>
    public required string Pooling { get; init; }

    /// <summary>
    /// Whether weights are stored in 16 bits (F16), each rounded to the nearest; otherwise in 32 (F32).
    /// </summary>
    public bool IsHalf { get; init; }

    /// <summary>
    /// Maximum number of tokens of a text, special tokens included; null: as many as the model has positions.
    /// </summary>
    public int? MaxTokens { get; init; }

    /// <summary>What stands before a query, to the letter; null: nothing.</summary>
    public string? QueryPrompt { get; init; }

    /// <summary>Whether the vocabulary is for texts with their upper-case letters and accents.</summary>
    public bool IsCased { get; init; }

    /// <summary>
    /// A file with a line for each tensor, as sha256sum writes it: what the tensors must be. Null: not compared.
    /// </summary>
    public string? ManifestPath { get; init; }
}
