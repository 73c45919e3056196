using Sextant.Backends;
using Sextant.Weights;

namespace Sextant.Models;

/// <summary>Loads the trunk of one family.</summary>
/// <param name="config">config.json.</param>
/// <param name="checkpoint">The weights.</param>
/// <param name="backend">Where they go.</param>
/// <param name="request">What the caller wants of it.</param>
internal delegate Trunk LoadTrunk(ConfigFile config, Checkpoint checkpoint, Backend backend, TrunkRequest request);

/// <summary>The families there are: one line each.</summary>
internal static class ModelCatalog
{
    /// <summary>model_type, what loads it, and checkpoints of the kind for people.</summary>
    public static readonly IReadOnlyList<(string ModelType, LoadTrunk Load, string Examples)> Families =
    [
        ("bert", From(Bert.Read), "all-MiniLM-L6-v2, bge-base-en-v1.5, e5-base-v2; jina-embeddings-v2 (ALiBi, gated)"),
        ("roberta", From(Roberta.Read), "all-distilroberta-v1"),
        ("xlm-roberta", From(Roberta.Read), "bge-m3, multilingual-e5-base"),
        ("camembert", From(Roberta.Read), "sentence-camembert-base"),
        ("distilbert", From(DistilBert.Read), "msmarco-distilbert-base-v4"),
        ("mpnet", From(Mpnet.Read), "all-mpnet-base-v2"),
        ("electra", From(Electra.Read), "electra-small-discriminator"),
        ("nomic_bert", From(NomicBert.Read), "nomic-embed-text-v1.5"),
        ("new", From(Gte.Read), "gte-base-en-v1.5, gte-multilingual-base"),
        ("modernbert", From(ModernBert.Read), "gte-modernbert-base, modernbert-embed-base"),
        ("llama", From(Llama.Read), "TinyLlama, Llama 2 and 3 as encoders"),
        ("mistral", From(Llama.ReadMistral), "e5-mistral-7b-instruct"),
        ("qwen2", From(Qwen.ReadQwen2), "gte-Qwen2-1.5B-instruct"),
        ("qwen3", From(Qwen.ReadQwen3), "Qwen3-Embedding-0.6B"),
        ("gemma", From(Gemma.Read), "gemma-2b as an encoder"),
        ("gemma2", From(Gemma.ReadGemma2), "bge-multilingual-gemma2"),
        ("gemma3_text", From(Gemma3.Read), "embeddinggemma-300m; gemma-3-1b as an encoder"),
        ("bloom", From(Bloom.Read), "sgpt-bloom-7b1-msmarco"),
        (StaticTable.Model2Vec, StaticTable.Load, "potion-base-8M and the like: a table, no layers"),
    ];

    /// <summary>Loads the trunk that the folder's config.json asks for.</summary>
    public static Trunk Load(string folder, Backend backend, TrunkRequest request, List<string> notes)
    {
        ConfigFile config = ConfigFile.Read(Path.Combine(folder, "config.json"));
        var names = new string[Families.Count];
        for (int i = 0; i < names.Length; i++)
            names[i] = Families[i].ModelType;
        string type = config.OneOf("model_type", names);
        using Checkpoint checkpoint = Checkpoint.Open(folder);
        Trunk trunk = Families[Array.IndexOf(names, type)].Load(config, checkpoint, backend, request);
        // Keys that only matter to training, to heads, to caches, or to the program that wrote the file.
        config.Ignore(
            "_name_or_path", "architectures", "attention_dropout", "attention_probs_dropout_prob", "auto_map",
            "bos_token_id", "cache_implementation", "classifier_dropout", "directionality", "dropout", "dtype",
            "embedding_dropout", "eos_token_id", "final_logit_softcapping", "gradient_checkpointing", "hidden_dropout",
            "hidden_dropout_prob", "id2label", "initializer_range", "initializer_factor", "label2id", "language", "license",
            "mlp_dropout", "model_name", "output_past", "pad_token_id", "pooler_fc_size", "pooler_num_attention_heads",
            "pooler_num_fc_layers", "pooler_size_per_head", "pooler_type", "pretraining_tp", "sep_token_id",
            "cls_token_id", "unk_token_id", "mask_token_id", "problem_type", "tie_word_embeddings", "torch_dtype",
            "transformers_version", "use_cache");
        foreach (string key in config.UnreadKeys)
            notes.Add($"config.json: '{key}' was not used.");
        notes.AddRange(trunk.Facts.Unused);
        return trunk;
    }

    // A family that is data: its config read into a plan, the plan loaded.
    private static LoadTrunk From(Func<ConfigFile, AttentionDirection?, TrunkPlan> read) =>
        (config, checkpoint, backend, request) =>
            TrunkLoader.Load(read(config, request.Attention), checkpoint, backend, request);
}
