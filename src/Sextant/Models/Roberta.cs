using Sextant.Weights;

namespace Sextant.Models;

/// <summary>
/// RoBERTa (Liu et al., 2019), XLM-RoBERTa and CamemBERT: BERT with positions that are counted from the padding token's
/// id.
/// </summary>
internal static class Roberta
{
    public static BackbonePlan Read(ConfigFile config, AttentionDirection? attention)
    {
        EncoderConfig.RequireEncoder(config, attention);
        config.OptionalOneOf("position_embedding_type", "absolute");
        (int padding, int rows, int tokens) = EncoderConfig.PositionsBehindPadding(config);
        BackboneShape shape = Bert.Shape(config, config.String("model_type")) with
        {
            Positions = tokens,
            PaddingId = padding,
        };
        return new BackbonePlan
        {
            Shape = shape,
            Prefixes = ["", "roberta.", "camembert."],
            Embeddings = Bert.Embeddings(shape) with { PositionRows = rows },
            Layer = Bert.Layer,
        };
    }
}
