using Sextant.Backends;
using Sextant.Layers;
using Sextant.Weights;

namespace Sextant.Models;

/// <summary>
/// ModernBERT (Warner et al., 2024): norms before each part, GeGLU, rotary positions; most layers see a window and turn
/// by another base than the layers that see everything.
/// </summary>
internal static class ModernBert
{
    public static BackbonePlan Read(ConfigFile config, AttentionDirection? attention)
    {
        EncoderConfig.RequireEncoder(config, attention);
        config.OptionalOneOf("position_embedding_type", "absolute");
        config.Ignore("classifier_activation", "classifier_bias", "classifier_pooling", "decoder_bias",
            "deterministic_flash_attn", "initializer_cutoff_factor", "layer_norm_eps", "reference_compile",
            "repad_logits_with_grad", "sparse_pred_ignore_index", "sparse_prediction");
        int hidden = EncoderConfig.Hidden(config);
        int heads = EncoderConfig.RotaryHeads(config, hidden);
        int size = hidden / heads;
        int period = config.OptionalInt("global_attn_every_n_layers", 1, 1024) ?? 3;
        int layers = EncoderConfig.Layers(config);
        bool[] slides = LayerTypes.Sliding(config, layers, index => index % period != 0);
        int local = config.OptionalInt("local_attention", 1, 1 << 20) ?? 128;
        double theta = config.OptionalDouble("global_rope_theta", 1, 1e12) ?? 160_000;
        var whole = Rotation.Read(config, LayerTypes.Full, "global_rope_theta", size, theta);
        // Absent and null are not the same here: the one is the first release's base, the other that of the other
        // layers.
        double nearby = config.IsNull("local_rope_theta") ? theta : 10_000;
        var near = Rotation.Read(config, LayerTypes.SlidingName, "local_rope_theta", size, nearby);
        var shape = new BackboneShape
        {
            Architecture = "modernbert",
            Hidden = hidden,
            Heads = heads,
            Layers = layers,
            Intermediate = EncoderConfig.Intermediate(config),
            Vocabulary = EncoderConfig.Vocabulary(config),
            Positions = EncoderConfig.Positions(config),
            Types = 0,
            Epsilon = config.OptionalFloat("norm_eps", 0f, 1f) ?? 1e-5f,
            Activation = Activations.Parse(config, "hidden_activation"),
            Gated = true,
            Norm = config.OptionalBool("norm_bias") ?? false ? NormKind.Layer : NormKind.LayerWithoutBias,
            NormPosition = NormPosition.Pre,
            Attention = $"bidirectional, {MessageText.Number(local / 2)} on each side on "
                + $"{MessageText.Number(slides.Count(s => s))} of {MessageText.Number(layers)} layers",
            PositionKind = "rotary, another base in windows",
        };
        AttentionShape full = BackbonePlan.FullAttention(shape);
        bool attentionBias = config.OptionalBool("attention_bias") ?? false;
        bool feedForwardBias = config.OptionalBool("mlp_bias") ?? false;
        return new BackbonePlan
        {
            Shape = shape,
            Prefixes = ["", "model."],
            Embeddings = new EmbeddingPlan("embeddings.tok_embeddings.weight") { Norm = "embeddings.norm" },
            Layer = new LayerPlan
            {
                Prefix = "layers.#.",
                Qkv = ["attn.Wqkv"],
                QkvBias = attentionBias,
                Output = "attn.Wo",
                OutputBias = attentionBias,
                Up = ["mlp.Wi"],
                UpBias = feedForwardBias,
                Down = "mlp.Wo",
                DownBias = feedForwardBias,
                Norms = new NormNames("attn_norm", null, "mlp_norm", null),
                LayersWithoutFirstNorm = 1,
            },
            FinalNorm = "final_norm",
            Attention = index => slides[index] ? full with { Before = local / 2, After = local / 2 } : full,
            Rotation = index => slides[index] ? near : whole,
        };
    }
}
