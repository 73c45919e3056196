using Sextant.Backends;
using Sextant.Weights;

namespace Sextant.Models;

/// <summary>Loads the trunk of one family.</summary>
/// <param name="config">config.json.</param>
/// <param name="checkpoint">The weights.</param>
/// <param name="backend">Where they go.</param>
/// <param name="layers">Layers to load; null: all.</param>
internal delegate Trunk LoadTrunk(ConfigFile config, Checkpoint checkpoint, Backend backend, int? layers);

/// <summary>The families there are: one line each.</summary>
internal static class ModelCatalog
{
    /// <summary>model_type and what loads it.</summary>
    public static readonly IReadOnlyList<(string ModelType, LoadTrunk Load)> Families =
    [
        ("bert", Bert.Load),
        (StaticTable.Model2Vec, StaticTable.Load),
    ];

    /// <summary>Loads the trunk that the folder's config.json asks for.</summary>
    public static Trunk Load(string folder, Backend backend, int? layers, List<string> notes)
    {
        ConfigFile config = ConfigFile.Read(Path.Combine(folder, "config.json"));
        var names = new string[Families.Count];
        for (int i = 0; i < names.Length; i++)
            names[i] = Families[i].ModelType;
        string type = config.OneOf("model_type", names);
        using Checkpoint checkpoint = Checkpoint.Open(folder);
        Trunk trunk = Families[Array.IndexOf(names, type)].Load(config, checkpoint, backend, layers);
        // Keys that only matter to training, to other heads, or to the program that wrote the file.
        config.Ignore(
            "_name_or_path", "architectures", "attention_probs_dropout_prob", "classifier_dropout", "directionality",
            "dtype", "gradient_checkpointing", "hidden_dropout_prob", "id2label", "initializer_range", "label2id",
            "pad_token_id", "bos_token_id", "eos_token_id", "pooler_fc_size", "pooler_num_attention_heads",
            "pooler_num_fc_layers", "pooler_size_per_head", "pooler_type", "sep_token_id", "torch_dtype",
            "transformers_version", "use_cache", "tie_word_embeddings", "model_name", "license", "language");
        foreach (string key in config.UnreadKeys)
            notes.Add($"config.json: '{key}' was not used.");
        return trunk;
    }
}
