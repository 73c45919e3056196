using Sextant.Kernels;
using Sextant.Layers;
using Sextant.Weights;

namespace Sextant.Models;

/// <summary>
/// The encoder of T5 (Raffel et al., 2020) and mT5: RMSNorm before each part, scores that are not scaled and gain a
/// learned bias by the bucket of their distance, which all layers share, and no bias anywhere. The decoder is not
/// loaded.
/// </summary>
internal static class T5
{
    private const string Bias = "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight";

    private static readonly LayerPlan s_layer = new()
    {
        Prefix = "encoder.block.#.",
        Qkv = ["layer.0.SelfAttention.q", "layer.0.SelfAttention.k", "layer.0.SelfAttention.v"],
        QkvBias = false,
        Output = "layer.0.SelfAttention.o",
        OutputBias = false,
        Up = ["layer.1.DenseReluDense.wi"],
        UpBias = false,
        Down = "layer.1.DenseReluDense.wo",
        DownBias = false,
        Norms = new NormNames("layer.0.layer_norm", null, "layer.1.layer_norm", null),
    };

    public static BackbonePlan Read(ConfigFile config, AttentionDirection? attention)
    {
        EncoderConfig.RequireEncoder(config, attention);
        (ActivationKind activation, bool gated) = FeedForward(config);
        int hidden = EncoderConfig.Hidden(config, "d_model");
        int farthest = config.OptionalInt("relative_attention_max_distance", 4, 1 << 12) ?? 128;
        int buckets = config.OptionalInt("relative_attention_num_buckets", 4, farthest) ?? 32;
        // What the decoder and other tasks are told.
        config.Ignore("num_decoder_layers", "decoder_start_token_id", "is_encoder_decoder", "task_specific_params",
            "tokenizer_class", "dropout_rate");
        // Upstream works them out from feed_forward_proj, but what the file says of them counts.
        if ((config.OptionalBool("is_gated_act") ?? gated) != gated)
            throw config.Refuse("is_gated_act", "what feed_forward_proj says");
        if (config.Has("dense_act_fn") && Activations.Parse(config, "dense_act_fn") != activation)
            throw config.Refuse("dense_act_fn", "what feed_forward_proj says");
        var shape = new BackboneShape
        {
            Architecture = config.String("model_type"),
            Hidden = hidden,
            Heads = config.Int("num_heads", 1, 1024),
            HeadSize = config.Int("d_kv", 1, 1024),
            Layers = EncoderConfig.Layers(config, "num_layers"),
            Intermediate = EncoderConfig.Intermediate(config, "d_ff"),
            Vocabulary = EncoderConfig.Vocabulary(config),
            // No table limits it; this is what it was trained for.
            Positions = config.OptionalInt("n_positions", 1, 1 << 20) ?? 512,
            Types = 0,
            Activation = activation,
            Gated = gated,
            Epsilon = config.OptionalFloat("layer_norm_epsilon", 0f, 1f) ?? 1e-6f,
            Norm = NormKind.Rms,
            NormPosition = NormPosition.Pre,
            PositionKind = "a bias by distance",
        };
        return new BackbonePlan
        {
            Shape = shape,
            Embeddings = new EmbeddingPlan("shared.weight"),
            Layer = gated
                ? s_layer with { Up = ["layer.1.DenseReluDense.wi_0", "layer.1.DenseReluDense.wi_1"] }
                : s_layer,
            Attention = _ => BackbonePlan.FullAttention(shape) with { Scale = 1f },
            Bias = DistanceBias.Bucketed(Bias, shape.Heads, buckets, farthest),
            FinalNorm = "encoder.final_layer_norm",
        };
    }

    // "gated-gelu" means the tanh form, as the published code reads it.
    private static (ActivationKind Activation, bool Gated) FeedForward(ConfigFile config) =>
        (config.OptionalOneOf("feed_forward_proj", "relu", "gelu", "gelu_new", "gated-gelu", "gated-relu", "gated-silu")
            ?? "relu") switch
        {
            "gated-gelu" => (ActivationKind.GeluTanh, true),
            "gated-relu" => (ActivationKind.Relu, true),
            "gated-silu" => (ActivationKind.Silu, true),
            "gelu" => (ActivationKind.Gelu, false),
            "gelu_new" => (ActivationKind.GeluTanh, false),
            _ => (ActivationKind.Relu, false),
        };
}
