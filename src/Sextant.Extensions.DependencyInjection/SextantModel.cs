using Sextant.Backends;

namespace Sextant.Extensions.DependencyInjection;

/// <summary>A model that is a service, and how it is loaded.</summary>
public sealed record SextantModel
{
    /// <summary>
    /// A folder, or a name as <see cref="EmbeddingModel.Load"/> takes it; null: the model of the package, which is one
    /// of embeddings.
    /// </summary>
    public string? Path { get; set; }

    /// <summary>How numbers are computed.</summary>
    public Precision Precision { get; set; } = Precision.Exact;

    /// <summary>Maximum number of tokens of a text; null: the model's.</summary>
    public int? MaxTokens { get; set; }

    /// <summary>What becomes of longer texts.</summary>
    public Truncation Truncation { get; set; } = Truncation.Right;

    /// <summary>Threads of a computation, the caller included; null: the library's choice.</summary>
    public int? Threads { get; set; }

    /// <summary>Length of the vectors of a model of embeddings; null: the model's.</summary>
    public int? Dimensions { get; set; }

    /// <summary>Terms that a sparse encoder keeps of a text; null: all.</summary>
    public int? MaxTerms { get; set; }

    /// <summary>Where it computes; null: on the CPU. Not a key of a configuration; the caller disposes it.</summary>
    public Device? Device { get; set; }
}
