using Sextant.Backends;
using Sextant.Layers;
using Sextant.Weights;

namespace Sextant.Models;

/// <summary>
/// Gemma 3 (Gemma Team, 2025) and EmbeddingGemma: norms around each part and on each head, windows on most layers with
/// rotary positions of their own; EmbeddingGemma is bidirectional by its config.
/// </summary>
internal static class Gemma3
{
    public static BackbonePlan Read(ConfigFile config, AttentionDirection? attention)
    {
        bool causal = DecoderConfig.IsCausal(config, attention);
        bool bias = config.OptionalBool("attention_bias") ?? false;
        BackboneShape shape = Gemma.Shape(config, "gemma3_text");
        int stored = config.OptionalInt("sliding_window", 1, int.MaxValue) ?? 4096;
        // In both directions half of the window counts, on each side.
        int window = causal ? stored : stored / 2 + 1;
        int pattern = config.OptionalInt("sliding_window_pattern", 1, 1024)
            ?? config.OptionalInt("_sliding_window_pattern", 1, 1024) ?? 6;
        bool[] slides = LayerTypes.Sliding(config, shape.Layers, index => (index + 1) % pattern != 0);
        Rotation whole = config.Has("rope_parameters")
            ? Rotation.Read(config, LayerTypes.Full, "rope_theta", shape.HeadSize, 1_000_000)
            : Rotation.Read(config, shape.HeadSize, 1_000_000);
        var local = Rotation.Read(config, LayerTypes.SlidingName, "rope_local_base_freq", shape.HeadSize, 10_000);
        shape = shape with
        {
            NormPosition = NormPosition.Around,
            Attention = DecoderConfig.Describe(causal, window,
                $" on {MessageText.Number(slides.Count(s => s))} of {MessageText.Number(slides.Length)} layers"),
            PositionKind = whole.Description + ", another base in windows",
        };
        AttentionShape full = BackbonePlan.FullAttention(shape) with
        {
            Scale = Gemma.QueryScale(config),
            Softcap = config.OptionalFloat("attn_logit_softcapping", 1e-3f, 1e6f) ?? 0f,
        };
        return new BackbonePlan
        {
            Shape = shape,
            Prefixes = ["", "model."],
            Embeddings = Gemma.Embeddings(shape),
            Layer = DecoderConfig.Layer(bias, bias, false) with
            {
                Norms = Gemma.NormsAround with { Query = "self_attn.q_norm", Key = "self_attn.k_norm" },
            },
            FinalNorm = "norm",
            Attention = index => DecoderConfig.Sees(full, causal, slides[index] ? window : null),
            Rotation = index => slides[index] ? local : whole,
        };
    }
}
