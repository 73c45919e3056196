using Sextant.Layers;
using Sextant.Weights;

namespace Sextant.Models;

/// <summary>Nomic BERT (Nussbaum et al., 2024): post-norm layers with rotary positions and SwiGLU.</summary>
internal static class NomicBert
{
    public static BackbonePlan Read(ConfigFile config, AttentionDirection? attention)
    {
        EncoderConfig.RequireEncoder(config, attention);
        RequireTheUsual(config);
        string activation = config.OptionalOneOf("activation_function", "swiglu", "geglu", "gelu", "gelu_new")
            ?? "gelu_new";
        bool gated = activation.EndsWith("glu", StringComparison.Ordinal);
        int hidden = EncoderConfig.Hidden(config, "n_embd");
        int heads = EncoderConfig.Heads(config, hidden, "n_head", "n_embd");
        int multiple = config.OptionalInt("pad_vocab_size_multiple", 1, 1 << 16) ?? 1;
        int vocabulary = EncoderConfig.Vocabulary(config);
        // The published code rounds a gated feed-forward part up to whole multiples of 256.
        int? stated = config.OptionalInt("n_inner", 1, 1 << 20);
        int inner = stated is null ? 4 * hidden : gated ? (stated.Value + 255) / 256 * 256 : stated.Value;
        double fraction = config.OptionalDouble("rotary_emb_fraction", 0.01, 1) ?? 0;
        if (fraction == 0)
            throw config.Refuse("rotary_emb_fraction", "more than 0, up to 1");
        int turned = (int)(fraction * (hidden / heads));
        if (turned % 2 != 0 || turned == 0)
            throw config.Refuse("rotary_emb_fraction", "an even part of a head's elements, at least two");
        double theta = config.OptionalDouble("rotary_emb_base", 1, 1e12) ?? 10_000;
        bool neighbours = config.OptionalBool("rotary_emb_interleaved") ?? false;
        var rotation = Rotation.Plain(theta, turned);
        bool outputBias = config.OptionalBool("qkv_proj_bias") ?? true;
        var shape = new BackboneShape
        {
            Architecture = "nomic_bert",
            Hidden = hidden,
            Heads = heads,
            Layers = EncoderConfig.Layers(config, "n_layer"),
            Intermediate = inner,
            Vocabulary = vocabulary,
            Positions = EncoderConfig.Positions(config, "n_positions"),
            Types = config.OptionalInt("type_vocab_size", 0, 1024) ?? 2,
            Epsilon = config.OptionalFloat("layer_norm_epsilon", 0f, 1f) ?? 1e-5f,
            Activation = Activations.Named(
                activation switch { "swiglu" => "silu", "geglu" => "gelu", _ => activation }),
            Gated = gated,
            PositionKind = rotation.Description,
        };
        return new BackbonePlan
        {
            Shape = shape,
            Prefixes = ["", "bert."],
            Embeddings = new EmbeddingPlan("embeddings.word_embeddings.weight")
            {
                Types = shape.Types == 0 ? null : "embeddings.token_type_embeddings.weight",
                Norm = "emb_ln",
                WordRows = (vocabulary + multiple - 1) / multiple * multiple,
            },
            Layer = new LayerPlan
            {
                Prefix = "encoder.layers.#.",
                Qkv = ["attn.Wqkv"],
                QkvBias = outputBias,
                QkvOrder = neighbours ? RowOrder.HalvesOfPairs(2 * heads, heads, hidden / heads, turned) : null,
                Output = "attn.out_proj",
                OutputBias = outputBias,
                Up = gated ? ["mlp.fc12", "mlp.fc11"] : ["mlp.fc1"],
                UpBias = config.OptionalBool("mlp_fc1_bias") ?? true,
                Down = "mlp.fc2",
                DownBias = config.OptionalBool("mlp_fc2_bias") ?? true,
                Norms = new NormNames(null, "norm1", null, "norm2"),
            },
            Rotation = _ => rotation,
        };
    }

    // What the published encoders leave as it is.
    private static void RequireTheUsual(ConfigFile config)
    {
        foreach (string key in new[]
            { "prenorm", "causal", "parallel_block", "parallel_block_tied_norm", "use_rms_norm",
              "scale_attn_by_inverse_layer_idx" })
        {
            if (config.OptionalBool(key) == true)
                throw config.Refuse(key, "false");
        }
        if (config.OptionalBool("scale_attn_weights") == false)
            throw config.Refuse("scale_attn_weights", "true");
        foreach (string key in new[]
            { "rotary_scaling_factor", "rotary_emb_scale_base", "num_experts", "moe_every_n_layers" })
        {
            if (config.OptionalDouble(key, double.MinValue, double.MaxValue) is not (null or 0))
                throw config.Refuse(key, "null");
        }
        config.Ignore("attn_pdrop", "dense_seq_output", "embd_pdrop", "fused_bias_fc", "fused_dropout_add_ln",
            "max_trained_positions", "reorder_and_upcast_attn", "resid_pdrop", "summary_activation",
            "summary_first_dropout", "summary_proj_to_labels", "summary_type", "summary_use_proj", "use_flash_attn",
            "use_xentropy", "rotary_emb_dim");
    }
}
