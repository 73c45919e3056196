using Sextant.Weights;

namespace Sextant.Models;

/// <summary>
/// DeBERTa 2 and 3 (He et al., 2021): BERT's layers without positions in the embeddings; content meets tables of
/// relative positions in the scores instead (disentangled attention), distances in buckets.
/// </summary>
internal static class Deberta
{
    private static readonly LayerPlan s_layer = Bert.Layer with
    {
        Qkv = ["attention.self.query_proj", "attention.self.key_proj", "attention.self.value_proj"],
    };

    public static BackbonePlan Read(ConfigFile config, AttentionDirection? attention)
    {
        EncoderConfig.RequireEncoder(config, attention);
        int hidden = EncoderConfig.Hidden(config);
        int heads = EncoderConfig.Heads(config, hidden);
        if (config.OptionalInt("attention_head_size", 1, 65536) is { } size && size != hidden / heads)
            throw config.Refuse("attention_head_size", MessageText.Number(hidden / heads));
        Require(config, "relative_attention", true);
        Require(config, "share_att_key", true);
        Require(config, "position_biased_input", false);
        RequirePairs(config);
        if (config.OptionalInt("conv_kernel_size", 0, int.MaxValue) > 0)
            throw config.Refuse("conv_kernel_size", "0 or none: the convolution of deberta-v2-xlarge is not supported");
        if (config.OptionalInt("embedding_size", 1, 65536) is { } width && width != hidden)
            throw config.Refuse("embedding_size", $"hidden_size {MessageText.Number(hidden)}");
        if (config.OptionalInt("type_vocab_size", 0, 1024) > 0)
            throw config.Refuse("type_vocab_size", "0");
        config.Ignore("conv_act", "pooler_hidden_act", "pooler_hidden_size", "pooler_dropout", "legacy", "max_length",
            "summary_activation", "summary_last_dropout", "summary_type", "summary_use_proj");
        string norm = config.OptionalOneOf("norm_rel_ebd", "none", "layer_norm") ?? "none";
        int positions = EncoderConfig.Positions(config);
        int longest = config.OptionalInt("max_relative_positions", -1, 1 << 20) ?? -1;
        longest = longest < 1 ? positions : longest;
        int buckets = config.OptionalInt("position_buckets", -1, 1 << 12) ?? -1;
        var shape = new BackboneShape
        {
            Architecture = "deberta-v2",
            Hidden = hidden,
            Heads = heads,
            Layers = EncoderConfig.Layers(config),
            Intermediate = EncoderConfig.Intermediate(config),
            Vocabulary = EncoderConfig.Vocabulary(config),
            Positions = positions,
            Types = 0,
            Epsilon = config.OptionalFloat("layer_norm_eps", 0f, 1f) ?? 1e-7f,
            Activation = Activations.Parse(config, "hidden_act"),
            PositionKind = "disentangled, relative",
        };
        var relative = new RelativePositions(
            shape, buckets > 0 ? buckets : longest, buckets > 0, longest, norm == "layer_norm");
        return new BackbonePlan
        {
            Shape = shape,
            Prefixes = ["", "deberta."],
            Embeddings = new EmbeddingPlan("embeddings.word_embeddings.weight") { Norm = "embeddings.LayerNorm" },
            Layer = s_layer,
            // Content with content, with keys of positions and with queries of positions: three products of D elements.
            Attention = _ => BackbonePlan.FullAttention(shape) with
            {
                Scale = 1f / MathF.Sqrt(3f * shape.HeadSize),
                Positions = relative.PaddedRows,
            },
            Bias = relative.Load,
        };
    }

    private static void Require(ConfigFile config, string key, bool value)
    {
        if ((config.OptionalBool(key) ?? !value) != value)
            throw config.Refuse(key, value ? "true" : "false");
    }

    // A list, or in the first files a text with '|' between.
    private static void RequirePairs(ConfigFile config)
    {
        string[] pairs = config.Has("pos_att_type") && config.IsString("pos_att_type")
            ? config.String("pos_att_type").Split('|')
            : config.OptionalStrings("pos_att_type") ?? [];
        if (pairs.Length != 2 || !pairs.Contains("c2p") || !pairs.Contains("p2c"))
            throw config.Refuse("pos_att_type", "'c2p' and 'p2c' together");
    }
}
