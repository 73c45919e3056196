using Sextant.Backends;
using Sextant.Layers;
using Sextant.Weights;

namespace Sextant.Models;

/// <summary>
/// Gemma and Gemma 2 (Gemma Team, 2024): embeddings times √H, norms whose weights count from one, GeGLU; the second
/// with norms around each part, a softcap and a window on every other layer.
/// </summary>
internal static class Gemma
{
    public static BackbonePlan Read(ConfigFile config, AttentionDirection? attention)
    {
        BackboneShape shape = Shape(config, "gemma");
        bool bias = config.OptionalBool("attention_bias") ?? false;
        BackbonePlan plan = Llama.Plan(config, attention, shape, DecoderConfig.Layer(bias, bias, false), window: null);
        return plan with { Embeddings = Embeddings(shape) };
    }

    public static BackbonePlan ReadGemma2(ConfigFile config, AttentionDirection? attention)
    {
        bool causal = DecoderConfig.IsCausal(config, attention);
        bool bias = config.OptionalBool("attention_bias") ?? false;
        int window = config.OptionalInt("sliding_window", 1, int.MaxValue) ?? 4096;
        config.Ignore("sliding_window_size");
        BackboneShape shape = Shape(config, "gemma2");
        var rotation = Rotation.Read(config, shape.HeadSize);
        bool[] slides = LayerTypes.Sliding(config, shape.Layers, index => index % 2 == 0);
        shape = shape with
        {
            NormPosition = NormPosition.Around,
            Attention = DecoderConfig.Describe(causal, window,
                $" on {MessageText.Number(slides.Count(s => s))} of {MessageText.Number(slides.Length)} layers"),
            PositionKind = rotation.Description,
        };
        AttentionShape full = BackbonePlan.FullAttention(shape) with
        {
            Scale = QueryScale(config),
            // Absent and null are not the same: the first is the family's own cap, the second none.
            Softcap = config.OptionalFloat("attn_logit_softcapping", 1e-3f, 1e6f)
                ?? (config.IsNull("attn_logit_softcapping") ? 0f : 50f),
        };
        return new BackbonePlan
        {
            Shape = shape,
            Prefixes = ["", "model."],
            Embeddings = Embeddings(shape),
            Layer = DecoderConfig.Layer(bias, bias, false) with { Norms = NormsAround },
            FinalNorm = "norm",
            Attention = index => DecoderConfig.Sees(full, causal, slides[index] ? window : null),
            Rotation = _ => rotation,
        };
    }

    /// <summary>The names of four norms.</summary>
    public static readonly NormNames NormsAround = new(
        "input_layernorm", "post_attention_layernorm", "pre_feedforward_layernorm", "post_feedforward_layernorm");

    /// <summary>Sizes; hidden_activation counts before hidden_act, which old configs have wrong.</summary>
    public static BackboneShape Shape(ConfigFile config, string architecture)
    {
        string key = config.Has("hidden_activation") || architecture != "gemma" ? "hidden_activation" : "hidden_act";
        config.Ignore("hidden_act");
        BackboneShape shape = DecoderConfig.Shape(config, architecture, key, "gelu_pytorch_tanh");
        // The first Gemma was published with hidden_act gelu and run with its tanh form.
        if (key == "hidden_act")
            shape = shape with { Activation = Activations.Named("gelu_pytorch_tanh") };
        return shape with { Norm = NormKind.RmsFromOne };
    }

    /// <summary>Words times √H.</summary>
    public static EmbeddingPlan Embeddings(BackboneShape shape) =>
        new("embed_tokens.weight") { Scale = MathF.Sqrt(shape.Hidden) };

    /// <summary>1/√query_pre_attn_scalar, which is 256 where the config does not say.</summary>
    public static float QueryScale(ConfigFile config) =>
        1f / MathF.Sqrt(config.OptionalFloat("query_pre_attn_scalar", 1e-3f, 1e6f) ?? 256f);
}
