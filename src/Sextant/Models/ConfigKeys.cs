using System.Text.Json;
using Sextant.Weights;

namespace Sextant.Models;

/// <summary>
/// Judges the keys of a config.json that no family's reader asked for: those that cannot change a vector are noted, and
/// those that can are refused unless they say what is done anyway.
/// </summary>
internal static class ConfigKeys
{
    // What only matters to training, to heads, to caches, or to the program that wrote the file.
    private static readonly string[] s_withoutMeaning =
    [
        "_name_or_path", "architectures", "attention_dropout", "attention_probs_dropout_prob", "auto_map",
        "bos_token_id", "cache_implementation", "classifier_dropout", "directionality", "dropout", "dtype",
        "embedding_dropout", "eos_token_id", "final_logit_softcapping", "gradient_checkpointing", "hidden_dropout",
        "hidden_dropout_prob", "id2label", "initializer_range", "initializer_factor", "label2id", "language",
        "license", "mlp_dropout", "model_name", "output_past", "pad_token_id", "pooler_fc_size",
        "pooler_num_attention_heads", "pooler_num_fc_layers", "pooler_size_per_head", "pooler_type", "pretraining_tp",
        "sep_token_id", "cls_token_id", "unk_token_id", "mask_token_id", "problem_type", "tie_word_embeddings",
        "torch_dtype", "transformers_version", "use_cache",
    ];

    /// <summary>Notes what was not used.</summary>
    /// <param name="config">config.json, read by the family.</param>
    /// <param name="shape">What came of it.</param>
    /// <param name="directionAsked">Whether the caller chose what tokens see, whatever the file says.</param>
    /// <param name="notes">Where the lines go.</param>
    /// <exception cref="InvalidModelException">A key that was not read would change the vectors.</exception>
    public static void Judge(ConfigFile config, BackboneShape shape, bool directionAsked, List<string> notes)
    {
        config.Ignore(s_withoutMeaning);
        bool isCausal = shape.Attention.StartsWith("causal", StringComparison.Ordinal);
        foreach (string key in config.UnreadKeys)
        {
            if (config.Raw(key) is { } value)
                RequireNeutral(config, key, value, directionAsked ? null : isCausal);
            notes.Add($"config.json: {MessageText.Quote(key)} was not used.");
        }
    }

    private static void RequireNeutral(ConfigFile config, string key, JsonElement value, bool? isCausal)
    {
        if (key is "pruned_heads")
        {
            if (value.ValueKind != JsonValueKind.Object || value.GetPropertyCount() > 0)
                throw config.Refuse(key, "none: the layers of a pruned model are not all of one size");
            return;
        }
        if (isCausal is not { } causal)
            return;
        bool? wanted = key.Contains("bidirect", StringComparison.OrdinalIgnoreCase) ? !causal
            : key.Contains("causal", StringComparison.OrdinalIgnoreCase) ? causal
            : null;
        if (wanted is { } direction && (value.ValueKind is not (JsonValueKind.True or JsonValueKind.False)
            || value.GetBoolean() != direction))
        {
            throw config.Refuse(key, (direction ? "true" : "false") + ": the model is read as "
                + (causal ? "causal" : "bidirectional"));
        }
    }
}
