using System.Text.Json;
using Sextant.Weights;

namespace Sextant.Programs;

/// <summary>What the model in a folder is for.</summary>
internal enum ModelKind
{
    /// <summary>Texts to vectors.</summary>
    Embedding,

    /// <summary>Texts or pairs to scores of labels.</summary>
    Classifier,

    /// <summary>Texts to weights of terms.</summary>
    Sparse,
}

/// <summary>Finds a model's kind from its folder.</summary>
internal static class ModelKinds
{
    private static readonly string[] s_classifierTensors =
        ["classifier.weight", "classifier.out_proj.weight", "score.weight"];

    private static readonly string[] s_maskedTensors =
        ["cls.predictions.bias", "lm_head.bias", "vocab_projector.bias", "decoder.bias"];

    /// <summary>
    /// By modules.json where there is one; else by the architecture that config.json names; else by the tensors that
    /// stand after the backbone.
    /// </summary>
    /// <exception cref="InvalidModelException">A file that has to be read is damaged.</exception>
    public static ModelKind Find(string folder)
    {
        string file = Path.Combine(folder, "modules.json");
        if (File.Exists(file))
        {
            string[] modules = [.. Modules(file)];
            if (modules.Any(type => type.EndsWith(".SpladePooling", StringComparison.Ordinal)))
                return ModelKind.Sparse;
            return modules.Length == 1 && ByConfig(folder) == ModelKind.Classifier
                ? ModelKind.Classifier : ModelKind.Embedding;
        }
        return ByConfig(folder) ?? ByTensors(Path.Combine(folder, "model.safetensors"));
    }

    private static IEnumerable<string> Modules(string file)
    {
        JsonElement list = JsonText.Parse(file, JsonText.Read(file));
        if (list.ValueKind != JsonValueKind.Array)
            throw new InvalidModelException(file, "holds no array; modules.json is a list of modules.");
        foreach (JsonElement one in list.EnumerateArray())
        {
            if (one.ValueKind == JsonValueKind.Object && one.TryGetProperty("type", out JsonElement type)
                && type.ValueKind == JsonValueKind.String)
            {
                yield return type.GetString()!;
            }
        }
    }

    private static ModelKind? ByConfig(string folder)
    {
        string file = Path.Combine(folder, "config.json");
        if (!File.Exists(file) || JsonText.Parse(file, JsonText.Read(file)) is not { ValueKind: JsonValueKind.Object } config
            || !config.TryGetProperty("architectures", out JsonElement list) || list.ValueKind != JsonValueKind.Array)
        {
            return null;
        }
        foreach (JsonElement one in list.EnumerateArray())
        {
            string name = one.ValueKind == JsonValueKind.String ? one.GetString()! : "";
            if (name.EndsWith("ForSequenceClassification", StringComparison.Ordinal))
                return ModelKind.Classifier;
            if (name.EndsWith("ForMaskedLM", StringComparison.Ordinal))
                return ModelKind.Sparse;
        }
        return null;
    }

    private static ModelKind ByTensors(string file)
    {
        if (!File.Exists(file))
            return ModelKind.Embedding;
        using SafetensorsFile tensors = SafetensorsFile.Open(file);
        var names = tensors.Tensors.Select(one => one.Name).ToHashSet(StringComparer.Ordinal);
        return s_classifierTensors.Any(names.Contains) ? ModelKind.Classifier
            : s_maskedTensors.Any(names.Contains) ? ModelKind.Sparse : ModelKind.Embedding;
    }
}
