using Sextant.Backends;
using Sextant.Layers;
using Sextant.Weights;

namespace Sextant.Models;

/// <summary>What the configs of decoders in Llama's words have in common.</summary>
internal static class DecoderConfig
{
    /// <summary>Sizes; RMSNorm before each part, a gated feed-forward part, rotary positions.</summary>
    public static BackboneShape Shape(
        ConfigFile config, string architecture, string activationKey = "hidden_act", string activation = "silu")
    {
        int hidden = EncoderConfig.Hidden(config);
        int heads = config.Int("num_attention_heads", 1, 65536);
        int keyHeads = config.OptionalInt("num_key_value_heads", 1, heads) ?? heads;
        if (heads % keyHeads != 0)
            throw config.Refuse("num_key_value_heads", $"a divisor of num_attention_heads {MessageText.Number(heads)}");
        int? size = config.OptionalInt("head_dim", 1, 4096);
        if (size is null && hidden % heads != 0)
        {
            throw config.Refuse(
                "num_attention_heads", $"a divisor of hidden_size {MessageText.Number(hidden)}, or a head_dim");
        }
        if ((size ?? hidden / heads) % 2 != 0)
            throw config.Refuse("head_dim", "an even number, since pairs of elements turn by their position");
        return new BackboneShape
        {
            Architecture = architecture,
            Hidden = hidden,
            Heads = heads,
            KeyHeads = keyHeads,
            HeadSize = size ?? hidden / heads,
            Layers = EncoderConfig.Layers(config),
            Intermediate = EncoderConfig.Intermediate(config),
            Vocabulary = EncoderConfig.Vocabulary(config),
            Positions = EncoderConfig.Positions(config),
            Types = 0,
            Epsilon = config.OptionalFloat("rms_norm_eps", 0f, 1f) ?? 1e-6f,
            Activation = Activations.Parse(config, activationKey, activation),
            Gated = true,
            Norm = NormKind.Rms,
            NormPosition = NormPosition.Pre,
        };
    }

    /// <summary>Llama's names of a layer's parts.</summary>
    public static LayerPlan Layer(bool qkvBias, bool outputBias, bool feedForwardBias) => new()
    {
        Prefix = "layers.#.",
        Qkv = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"],
        QkvBias = qkvBias,
        Output = "self_attn.o_proj",
        OutputBias = outputBias,
        Up = ["mlp.gate_proj", "mlp.up_proj"],
        UpBias = feedForwardBias,
        Down = "mlp.down_proj",
        DownBias = feedForwardBias,
        Norms = new NormNames("input_layernorm", null, "post_attention_layernorm", null),
    };

    /// <summary>
    /// Causal unless the caller says otherwise, or the config's is_causal or use_bidirectional_attention: the keys of
    /// published encoders made of decoders.
    /// </summary>
    public static bool IsCausal(ConfigFile config, AttentionDirection? attention)
    {
        bool? causal = config.OptionalBool("is_causal");
        bool? bidirectional = config.OptionalBool("use_bidirectional_attention");
        if (causal is not null && causal == bidirectional)
            throw config.Refuse("use_bidirectional_attention", "the opposite of is_causal");
        if (attention is not null)
            return attention == AttentionDirection.Causal;
        bool? stated = causal ?? !bidirectional;
        // Encoders made of decoders often come with code that takes the mask away, and say so nowhere else.
        if (stated is null && config.HasInner("auto_map", "AutoModel"))
        {
            throw config.Refuse("auto_map", "none with an AutoModel beside is_causal or use_bidirectional_attention: "
                + "the model's own code is not run and may change what tokens see; state one of the two keys, or ask "
                + "for an attention direction");
        }
        return stated ?? true;
    }

    /// <summary>What a token sees: all before it or all, or those at a distance below a window.</summary>
    public static AttentionShape Sees(AttentionShape shape, bool causal, int? window)
    {
        int reach = window - 1 ?? shape.Before;
        return shape with { Before = reach, After = causal ? 0 : reach };
    }

    /// <summary>For people.</summary>
    public static string Describe(bool causal, int? window, string where = "")
    {
        string direction = causal ? "causal" : "bidirectional";
        return window is null ? direction : $"{direction}, window {MessageText.Number(window.Value)}{where}";
    }
}
