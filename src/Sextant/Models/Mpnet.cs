using Sextant.Layers;
using Sextant.Weights;

namespace Sextant.Models;

/// <summary>
/// MPNet (Song et al., 2020): BERT without token types, with a bias for the distance of two tokens beside positions.
/// </summary>
internal static class Mpnet
{
    // Not in the config: constants of the published code.
    private const int PaddingId = 1;
    private const int FarthestDistance = 128;

    private static readonly LayerPlan s_layer = new()
    {
        Prefix = "encoder.layer.#.",
        Qkv = ["attention.attn.q", "attention.attn.k", "attention.attn.v"],
        Output = "attention.attn.o",
        Up = ["intermediate.dense"],
        Down = "output.dense",
        Norms = new NormNames(null, "attention.LayerNorm", null, "output.LayerNorm"),
    };

    public static BackbonePlan Read(ConfigFile config, AttentionDirection? attention)
    {
        EncoderConfig.RequireEncoder(config, attention);
        (int padding, int rows, int tokens) = EncoderConfig.PositionsBehindPadding(config, PaddingId);
        BackboneShape shape = Bert.Shape(config, "mpnet") with
        {
            Positions = tokens,
            PaddingId = padding,
            Types = 0,
            PositionKind = "learned, and a bias by distance",
        };
        int buckets = config.OptionalInt("relative_attention_num_buckets", 4, 1 << 12) ?? 32;
        return new BackbonePlan
        {
            Shape = shape,
            Prefixes = ["", "mpnet."],
            Embeddings = Bert.Embeddings(shape) with { PositionRows = rows },
            Layer = s_layer,
            Bias = DistanceBias.Bucketed(
                "encoder.relative_attention_bias.weight", shape.Heads, buckets, FarthestDistance),
        };
    }
}
