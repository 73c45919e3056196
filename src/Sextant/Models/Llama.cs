using Sextant.Backends;
using Sextant.Weights;

namespace Sextant.Models;

/// <summary>
/// Llama (Touvron et al., 2023) and Mistral (Jiang et al., 2023): RMSNorm, rotary positions, SwiGLU, shared keys.
/// </summary>
internal static class Llama
{
    public static BackbonePlan Read(ConfigFile config, AttentionDirection? attention)
    {
        bool bias = config.OptionalBool("attention_bias") ?? false;
        bool feedForwardBias = config.OptionalBool("mlp_bias") ?? false;
        return Plan(config, attention, DecoderConfig.Shape(config, "llama"),
            DecoderConfig.Layer(bias, bias, feedForwardBias), window: null);
    }

    /// <summary>Mistral sees a window of tokens where its config has one.</summary>
    public static BackbonePlan ReadMistral(ConfigFile config, AttentionDirection? attention) =>
        Plan(config, attention, DecoderConfig.Shape(config, "mistral"), DecoderConfig.Layer(false, false, false),
            config.OptionalInt("sliding_window", 1, int.MaxValue));

    /// <summary>A backbone in Llama's words.</summary>
    public static BackbonePlan Plan(
        ConfigFile config, AttentionDirection? attention, BackboneShape shape, LayerPlan layer, int? window,
        int firstWindowLayer = 0)
    {
        bool causal = DecoderConfig.IsCausal(config, attention);
        var rotation = Rotation.Read(config, shape.HeadSize);
        string where = firstWindowLayer == 0 ? "" : $" from layer {MessageText.Number(firstWindowLayer)} on";
        shape = shape with
        {
            Attention = DecoderConfig.Describe(causal, window, where),
            PositionKind = rotation.Description,
        };
        AttentionShape full = BackbonePlan.FullAttention(shape);
        return new BackbonePlan
        {
            Shape = shape,
            Prefixes = ["", "model."],
            Embeddings = new EmbeddingPlan("embed_tokens.weight"),
            Layer = layer,
            FinalNorm = "norm",
            Attention = index => DecoderConfig.Sees(full, causal, index < firstWindowLayer ? null : window),
            Rotation = _ => rotation,
        };
    }
}
