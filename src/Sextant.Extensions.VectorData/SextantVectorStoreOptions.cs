using Microsoft.Extensions.AI;
using Sextant.Passages;
using Sextant.Search;

namespace Sextant.Extensions.VectorData;

/// <summary>How a <see cref="SextantVectorStore"/> is made.</summary>
public sealed record SextantVectorStoreOptions
{
    /// <summary>The folder in which each collection is a folder; null: collections live in memory.</summary>
    public string? Folder { get; init; }

    /// <summary>Makes vectors of texts, where neither a property nor a collection's definition names another.</summary>
    public IEmbeddingGenerator? EmbeddingGenerator { get; init; }

    /// <summary>
    /// What makes terms of properties that are indexed for full-text search, and of keywords. Kept with a collection:
    /// one that was made with another is refused.
    /// </summary>
    public TermAnalyzer Terms { get; init; } = TermAnalyzer.Words;

    /// <summary>What the vectors' similarity weighs in hybrid search, from 0 to 1.</summary>
    public float HybridWeight { get; init; } = ScoreFusion.DefaultWeight;
}
