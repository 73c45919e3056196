using Sextant.Layers;
using Sextant.Weights;

namespace Sextant.Models;

/// <summary>
/// Jina Embeddings 2 (Günther et al., 2023), whose model_type is bert: ALiBi in both directions, gated feed-forward.
/// </summary>
internal static class JinaBert
{
    public static BackbonePlan Read(ConfigFile config)
    {
        config.Ignore("emb_pooler", "model_max_length", "attn_implementation");
        string feedForward = config.OneOf("feed_forward_type", "geglu", "reglu");
        // The gate's function goes by this key, not by hidden_act.
        config.Ignore("hidden_act");
        BackboneShape shape = Bert.Shape(config, "jina-bert-v2") with
        {
            Positions = EncoderConfig.Positions(config),
            Gated = true,
            Activation = Activations.Named(feedForward == "geglu" ? "gelu" : "relu"),
            PositionKind = "ALiBi",
        };
        return new BackbonePlan
        {
            Shape = shape,
            Prefixes = ["", "bert."],
            Embeddings = Bert.Embeddings(shape) with { Positions = null },
            Layer = Bert.Layer with
            {
                Up = ["mlp.gated_layers"],
                UpBias = false,
                Down = "mlp.wo",
                Norms = new NormNames(null, "attention.output.LayerNorm", null, "mlp.layernorm"),
            },
            Bias = DistanceBias.Alibi(shape.Heads, shape.Positions),
        };
    }
}
