using Sextant.Weights;

namespace Sextant.Heads;

/// <summary>What a late-interaction model's files say: how texts become tokens, and tokens vectors.</summary>
internal sealed record MultiVectorPlan
{
    /// <summary>The encoder.</summary>
    public required TransformerModule Transformer { get; init; }

    /// <summary>Prompts.</summary>
    public required PromptSettings Settings { get; init; }

    /// <summary>What stands after the encoder, on each token: Dense, LayerNorm, Normalize.</summary>
    public required IReadOnlyList<EmbeddingModule> Modules { get; init; }

    /// <summary>
    /// Whether a first matrix without a bias, 'linear.weight', lies among the encoder's tensors, as ColBERT's own code
    /// saves it.
    /// </summary>
    public bool IsInline { get; init; }

    /// <summary>Whether prefixes stand where prompts for queries and documents do elsewhere.</summary>
    public bool HasPrefixes { get; init; }

    /// <summary>Queries.</summary>
    public required TextRole Query { get; init; }

    /// <summary>Documents.</summary>
    public required TextRole Document { get; init; }

    /// <summary>Tokens, by their texts, that have no vector.</summary>
    public IReadOnlyList<string> SkippedWords { get; init; } = [];

    /// <summary>Whether they are skipped in queries, and in documents.</summary>
    public (bool Query, bool Document) Skips { get; init; } = (false, true);

    /// <summary>The only tokens of documents that have vectors, by their ids; null: all others too.</summary>
    public IReadOnlyList<int>? Kept { get; init; }

    /// <summary>Whether the score is the mean over the query's vectors, not the sum.</summary>
    public bool IsMean { get; init; }

    /// <summary>What was found and not used, a line each.</summary>
    public required List<string> Notes { get; init; }
}

/// <summary>How the texts of one side become tokens.</summary>
/// <param name="MaxTokens">The limit, all tokens included; null: as the encoder's files say.</param>
/// <param name="Prefix">A token that is put after the first one; null for none.</param>
/// <param name="Expansion">What stands behind; null for nothing.</param>
internal sealed record TextRole(int? MaxTokens, string? Prefix, QueryExpansion? Expansion);
