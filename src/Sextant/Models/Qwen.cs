using Sextant.Weights;

namespace Sextant.Models;

/// <summary>
/// Qwen2 (Yang et al., 2024), with biases on queries, keys and values; Qwen3 (2025), with a norm on each head.
/// </summary>
internal static class Qwen
{
    public static BackbonePlan ReadQwen2(ConfigFile config, AttentionDirection? attention)
    {
        (int? window, int first) = Window(config);
        BackboneShape shape = DecoderConfig.Shape(config, "qwen2");
        return Llama.Plan(config, attention, shape, DecoderConfig.Layer(true, false, false), window, first);
    }

    public static BackbonePlan ReadQwen3(ConfigFile config, AttentionDirection? attention)
    {
        (int? window, int first) = Window(config);
        bool bias = config.OptionalBool("attention_bias") ?? false;
        LayerPlan layer = DecoderConfig.Layer(bias, bias, false);
        layer = layer with { Norms = layer.Norms with { Query = "self_attn.q_norm", Key = "self_attn.k_norm" } };
        return Llama.Plan(config, attention, DecoderConfig.Shape(config, "qwen3"), layer, window, first);
    }

    // A window only where it is switched on, and only from a layer on.
    private static (int? Window, int FirstLayer) Window(ConfigFile config)
    {
        if (config.OptionalBool("use_mrope") == true)
            throw config.Refuse("use_mrope", "false");
        int? window = config.OptionalInt("sliding_window", 1, int.MaxValue);
        int first = config.OptionalInt("max_window_layers", 0, 1 << 20) ?? 28;
        string[]? types = config.OptionalStrings("layer_types");
        if (types is not null && Array.Exists(types, t => t != "full_attention"))
            throw config.Refuse("layer_types", "full_attention alone, for every layer");
        return config.OptionalBool("use_sliding_window") == true ? (window, first) : (null, 0);
    }
}
