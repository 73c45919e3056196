using Sextant.Backends;
using Sextant.Layers;
using Sextant.Weights;

namespace Sextant.Models;

/// <summary>What the configs of decoders in Llama's words have in common.</summary>
internal static class DecoderConfig
{
    /// <summary>Sizes; RMSNorm before each part, a gated feed-forward part, rotary positions.</summary>
    public static TrunkShape Shape(
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
        return new TrunkShape
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
            Place = NormPlace.Pre,
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
    /// Causal unless the caller or the config's is_causal says otherwise: published encoders made of decoders use that
    /// key.
    /// </summary>
    public static bool IsCausal(ConfigFile config, AttentionDirection? attention)
    {
        bool stated = config.OptionalBool("is_causal") ?? true;
        return attention is null ? stated : attention == AttentionDirection.Causal;
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
