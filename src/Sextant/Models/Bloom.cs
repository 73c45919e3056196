using Sextant.Kernels;
using Sextant.Layers;
using Sextant.Weights;

namespace Sextant.Models;

/// <summary>
/// BLOOM (BigScience, 2022): a decoder with ALiBi, LayerNorm before each part and after the embeddings.
/// </summary>
internal static class Bloom
{
    // ALiBi has no end, but a table has; the published models were trained on 2,048 tokens.
    private const int DefaultPositions = 2048;

    public static BackbonePlan Read(ConfigFile config, AttentionDirection? attention)
    {
        if (attention == AttentionDirection.Bidirectional)
        {
            throw new UnsupportedRequestException(
                "bidirectional attention was asked for; BLOOM's bias is defined for tokens after each other only.");
        }
        if (config.OptionalBool("apply_residual_connection_post_layernorm") == true)
            throw config.Refuse("apply_residual_connection_post_layernorm", "false");
        config.Ignore("attention_softmax_in_fp32", "bias_dropout_fusion", "masked_softmax_fusion", "offset_alibi",
            "skip_bias_add", "skip_bias_add_qkv", "slow_but_exact", "n_inner");
        string hiddenKey = config.Has("hidden_size") ? "hidden_size" : "n_embed";
        string headsKey = config.Has("n_head") ? "n_head" : "num_attention_heads";
        string layersKey = config.Has("n_layer") ? "n_layer" : "num_hidden_layers";
        int hidden = EncoderConfig.Hidden(config, hiddenKey);
        var shape = new BackboneShape
        {
            Architecture = "bloom",
            Hidden = hidden,
            Heads = EncoderConfig.Heads(config, hidden, headsKey, hiddenKey),
            Layers = EncoderConfig.Layers(config, layersKey),
            Intermediate = 4 * hidden,
            Vocabulary = EncoderConfig.Vocabulary(config),
            Positions = config.OptionalInt("seq_length", 1, 1 << 17) ?? DefaultPositions,
            Types = 0,
            Epsilon = config.OptionalFloat("layer_norm_epsilon", 0f, 1f) ?? 1e-5f,
            Activation = ActivationKind.GeluTanh,
            NormPosition = NormPosition.Pre,
            Attention = "causal",
            PositionKind = "ALiBi",
        };
        return new BackbonePlan
        {
            Shape = shape,
            Prefixes = ["", "transformer."],
            Embeddings = new EmbeddingPlan("word_embeddings.weight") { Norm = "word_embeddings_layernorm" },
            Layer = new LayerPlan
            {
                Prefix = "h.#.",
                Qkv = ["self_attention.query_key_value"],
                QkvOrder = RowOrder.HeadsApart(shape.Heads, shape.HeadSize),
                Output = "self_attention.dense",
                Up = ["mlp.dense_h_to_4h"],
                Down = "mlp.dense_4h_to_h",
                Norms = new NormNames("input_layernorm", null, "post_attention_layernorm", null),
            },
            FinalNorm = "ln_f",
            Attention = _ => DecoderConfig.Sees(BackbonePlan.FullAttention(shape), causal: true, window: null),
            Bias = DistanceBias.Alibi(shape.Heads, shape.Positions),
        };
    }
}
