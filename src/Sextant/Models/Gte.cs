using Sextant.Layers;
using Sextant.Weights;

namespace Sextant.Models;

/// <summary>
/// GTE 1.5 and multilingual (Zhang et al., 2024), whose model_type is new or gte: BERT with rotary positions and a
/// gated feed-forward part.
/// </summary>
internal static class Gte
{
    public static BackbonePlan Read(ConfigFile config, AttentionDirection? attention)
    {
        EncoderConfig.RequireEncoder(config, attention);
        config.OptionalOneOf("position_embedding_type", "rope");
        if (config.OptionalBool("logn_attention_scale") == true)
            throw config.Refuse("logn_attention_scale", "false");
        config.Ignore("logn_attention_clip1", "unpad_inputs", "use_memory_efficient_attention");
        NormKind norm = config.OptionalOneOf("layer_norm_type", "layer_norm", "rms_norm") == "rms_norm"
            ? NormKind.Rms
            : NormKind.Layer;
        int hidden = EncoderConfig.Hidden(config);
        int heads = EncoderConfig.RotaryHeads(config, hidden);
        var rotation = Rotation.Read(config, hidden / heads);
        var shape = new BackboneShape
        {
            Architecture = config.String("model_type"),
            Hidden = hidden,
            Heads = heads,
            Layers = EncoderConfig.Layers(config),
            Intermediate = EncoderConfig.Intermediate(config),
            Vocabulary = EncoderConfig.Vocabulary(config),
            Positions = EncoderConfig.Positions(config),
            Types = config.OptionalInt("type_vocab_size", 0, 1024) ?? 1,
            Epsilon = config.OptionalFloat("layer_norm_eps", 0f, 1f) ?? 1e-12f,
            Activation = Activations.Parse(config, "hidden_act"),
            Gated = true,
            Norm = norm,
            PositionKind = rotation.Description,
        };
        bool packed = config.OptionalBool("pack_qkv") ?? true;
        return new BackbonePlan
        {
            Shape = shape,
            Prefixes = ["", "new."],
            Embeddings = Bert.Embeddings(shape) with { Positions = null },
            Layer = new LayerPlan
            {
                Prefix = "encoder.layer.#.",
                Qkv = packed ? ["attention.qkv_proj"] : ["attention.q_proj", "attention.k_proj", "attention.v_proj"],
                Output = "attention.o_proj",
                Up = ["mlp.up_gate_proj"],
                UpBias = false,
                UpOrder = RowOrder.SecondHalfFirst(2 * shape.Intermediate),
                Down = "mlp.down_proj",
                Norms = new NormNames(null, "attn_ln", null, "mlp_ln"),
            },
            Rotation = _ => rotation,
        };
    }
}
