namespace Sextant.Extensions.DependencyInjection;

/// <summary>The models that are services, each under its name.</summary>
public sealed class SextantOptions
{
    /// <summary>The name whose generators are services without a key too.</summary>
    public const string DefaultName = "default";

    /// <summary>Models of embeddings.</summary>
    public IDictionary<string, SextantModel> Embeddings { get; } =
        new Dictionary<string, SextantModel>(StringComparer.Ordinal);

    /// <summary>Cross-encoders.</summary>
    public IDictionary<string, SextantModel> Rerankers { get; } =
        new Dictionary<string, SextantModel>(StringComparer.Ordinal);

    /// <summary>Sparse encoders.</summary>
    public IDictionary<string, SextantModel> SparseEncoders { get; } =
        new Dictionary<string, SextantModel>(StringComparer.Ordinal);

    /// <summary>The key of a model's generator whose texts are searched for.</summary>
    /// <param name="name">The model's name.</param>
    public static string QueryKey(string name = DefaultName) => name == DefaultName ? "query" : $"{name}/query";

    /// <summary>The key of a model's generator whose texts are searched in.</summary>
    /// <param name="name">The model's name.</param>
    public static string DocumentKey(string name = DefaultName) =>
        name == DefaultName ? "document" : $"{name}/document";
}
