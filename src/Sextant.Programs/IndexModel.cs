using System.Globalization;
using Sextant.Indexes;

namespace Sextant.Programs;

/// <summary>The model that made an index, found again by what the index says of it.</summary>
internal static class IndexModel
{
    /// <summary>How a model was loaded.</summary>
    /// <param name="Folder">Its folder or name; empty in older indexes, which means the tiny model.</param>
    /// <param name="Dimensions">As asked for.</param>
    /// <param name="Layers">As asked for.</param>
    /// <param name="Pooling">As asked for.</param>
    /// <param name="Attention">As asked for.</param>
    public sealed record Loaded(string Folder, int? Dimensions, int? Layers, string? Pooling, string? Attention)
    {
        public IEnumerable<KeyValuePair<string, string>> ToProperties()
        {
            yield return new("model", Folder);
            if (Dimensions is { } dimensions)
                yield return new("load dimensions", dimensions.ToString(CultureInfo.InvariantCulture));
            if (Layers is { } layers)
                yield return new("load layers", layers.ToString(CultureInfo.InvariantCulture));
            if (Pooling is { } pooling)
                yield return new("load pooling", pooling);
            if (Attention is { } attention)
                yield return new("load attention", attention);
        }
    }

    /// <summary>Loads the model from a folder or name, or from where it was; another one is refused.</summary>
    /// <param name="path">The index.</param>
    /// <param name="definition">The index's.</param>
    /// <param name="named">The folder or name of the model; null: as the index says.</param>
    /// <param name="options">Device, precision and threads; how vectors are made is as the index says.</param>
    public static EmbeddingModel Load(
        string path, IndexDefinition definition, string? named, EmbeddingOptions options)
    {
        options = options with
        {
            Dimensions = Number(definition, "load dimensions"),
            Layers = Number(definition, "load layers"),
            Pooling = definition.Property("load pooling"),
            Attention = AttentionNamed(definition.Property("load attention")),
        };
        string folder = named ?? definition.Property("model")
            ?? throw new InvalidIndexException(path,
                "does not say which model made it: it was not made by 'sextant index'.");
        folder = NamedModels.FolderOf(folder.Length == 0 ? NamedModels.Tiny : folder);
        if (!Directory.Exists(folder))
            throw new InvalidIndexException(
                path, $"was made by the model in {folder}, which is not there; give --model DIR.");
        EmbeddingModel model = EmbeddingModel.Load(folder, options);
        try
        {
            ModelFingerprint.RequireSame(path, definition, model);
        }
        catch
        {
            model.Dispose();
            throw;
        }
        return model;
    }

    /// <summary>What tokens see, by its name; null for no name or another one.</summary>
    public static AttentionDirection? AttentionNamed(string? name) => name switch
    {
        "causal" => AttentionDirection.Causal,
        "bidirectional" => AttentionDirection.Bidirectional,
        _ => null,
    };

    private static int? Number(IndexDefinition definition, string name) =>
        int.TryParse(definition.Property(name), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number : null;
}
