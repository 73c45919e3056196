using System.Globalization;
using Sextant.Indexes;

namespace Sextant.Cli.Verbs;

/// <summary>
/// What decides the bits of a model's vectors, by name: two models that agree in it give the same ones.
/// </summary>
internal static class ModelFingerprint
{
    public static List<KeyValuePair<string, string>> Of(EmbeddingModel model, string documentPrompt)
    {
        ModelCard card = model.Card;
        var groups = new SortedDictionary<string, List<string>>(StringComparer.Ordinal)
        {
            ["weights"] = [],
            ["config"] = [],
            ["tokenizer"] = [],
            ["modules"] = [],
        };
        foreach (string file in Directory.EnumerateFiles(card.Path, "*", SearchOption.AllDirectories))
        {
            string name = Path.GetRelativePath(card.Path, file).Replace('\\', '/');
            if (Group(name) is { } group)
                groups[group].Add(file);
        }
        List<KeyValuePair<string, string>> all = [.. groups.Select(group =>
            new KeyValuePair<string,
            string>(group.Key, FileFingerprint.Of(group.Value.Order(StringComparer.Ordinal))))];
        all.Add(new("architecture", card.Architecture));
        all.Add(new("pooling", card.Pooling));
        all.Add(new("normalized", card.Normalized ? "yes" : "no"));
        all.Add(new("dimensions", card.Dimensions.ToString(CultureInfo.InvariantCulture)));
        all.Add(new("layers", card.LayersInUse));
        all.Add(new("precision", card.Precision.ToString().ToLowerInvariant()));
        all.Add(new("max tokens", card.MaxTokens.ToString(CultureInfo.InvariantCulture)));
        all.Add(new("document prompt", documentPrompt));
        return all;
    }

    // Files of other formats, pictures and read-me's decide nothing.
    private static string? Group(string name) => name switch
    {
        _ when name.EndsWith(".safetensors", StringComparison.Ordinal) => "weights",
        _ when name.EndsWith(".safetensors.index.json", StringComparison.Ordinal) => "weights",
        "config.json" => "config",
        HybridWeight.FileName => null, // of rankings, not of vectors
        "vocab.txt" or "vocab.json" or "merges.txt" or "special_tokens_map.json" or "added_tokens.json" => "tokenizer",
        "tokenizer.json" or "tokenizer_config.json" => "tokenizer",
        _ when name.EndsWith(".json", StringComparison.Ordinal)
            && !name.StartsWith("onnx/", StringComparison.Ordinal) =>
            "modules",
        _ => null,
    };
}
