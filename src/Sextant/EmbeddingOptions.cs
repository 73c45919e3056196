namespace Sextant;

/// <summary>What to do with a text that has more tokens than the model takes.</summary>
public enum Truncation
{
    /// <summary>Keep the first tokens; the report says how many were cut.</summary>
    Right,

    /// <summary>Keep the last tokens; the report says how many were cut.</summary>
    Left,

    /// <summary>Refuse the text with a <see cref="TextTooLongException"/>.</summary>
    Error,
}

/// <summary>What the tokens of a text see of each other.</summary>
public enum AttentionDirection
{
    /// <summary>Each token sees itself and those before it.</summary>
    Causal,

    /// <summary>Each token sees all others. A model's window then holds in both directions.</summary>
    Bidirectional,
}

/// <summary>How a model is loaded and used. Null means: as the model's own files say.</summary>
public sealed record EmbeddingOptions : ModelOptions
{
    /// <summary>
    /// Length of the vectors: the first values are kept, then normalised where the model normalises (Matryoshka).
    /// </summary>
    public int? Dimensions { get; init; }

    /// <summary>Layers to run; the later ones are neither loaded nor computed (early exit).</summary>
    public int? Layers { get; init; }

    /// <summary>
    /// Hidden states to average before pooling: 0 is the state before the first layer, k the output of layer k, so [0,
    /// L] is the first-last average of SimCSE. Layers after the largest number are neither loaded nor computed.
    /// </summary>
    public IReadOnlyList<int>? AverageLayers { get; init; }

    /// <summary>
    /// Pooling by sentence-transformers' names: cls, mean, max, mean_sqrt_len_tokens, weightedmean, lasttoken,
    /// or several joined with '+'. Needed where the folder has no modules.json.
    /// </summary>
    public string? Pooling { get; init; }

    /// <summary>Scale vectors to length one; null: as modules.json says (no modules.json: not scaled).</summary>
    public bool? Normalize { get; init; }

    /// <summary>
    /// What tokens see, for a decoder used as an encoder; null: as its config says (causal where it says nothing).
    /// Encoders are bidirectional and take nothing else.
    /// </summary>
    public AttentionDirection? Attention { get; init; }

    /// <summary>
    /// Name of the prompt to put before the texts of calls that name none, as config_sentence_transformers.json names
    /// it; null: its default, if any.
    /// </summary>
    public string? Prompt { get; init; }

    /// <summary>
    /// Whether every text ends with the tokenizer_config.json's eos_token, also where the tokenizer does not put it
    /// there; null: where that file says add_eos_token. Models that pool the last token are trained with one.
    /// </summary>
    public bool? EndToken { get; init; }
}

/// <summary>What became of one text.</summary>
/// <param name="Tokens">Tokens that were encoded, special tokens included.</param>
/// <param name="Truncated">Tokens that were cut off; 0 when the whole text was encoded.</param>
/// <param name="Unknown">
/// How often the tokenizer's unknown token stands for something that its vocabulary cannot spell: the model knows
/// nothing of it, and texts in a foreign script become alike. Static tables leave these tokens out. 0 for token ids.
/// </param>
public readonly record struct TextReport(int Tokens, int Truncated, int Unknown = 0);

/// <summary>A sequence of token ids, used as given: no special tokens are added.</summary>
/// <param name="Ids">Token ids, each below the vocabulary size.</param>
/// <param name="TypeIds">Token type ids, as long as <paramref name="Ids"/>, or empty for zeros.</param>
public readonly record struct TokenSequence(ReadOnlyMemory<int> Ids, ReadOnlyMemory<int> TypeIds = default);
