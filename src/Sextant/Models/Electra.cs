using Sextant.Weights;

namespace Sextant.Models;

/// <summary>
/// ELECTRA (Clark et al., 2020): BERT whose embeddings may be narrower than its layers, and are projected.
/// </summary>
internal static class Electra
{
    public static BackbonePlan Read(ConfigFile config, AttentionDirection? attention)
    {
        EncoderConfig.RequireEncoder(config, attention);
        config.OptionalOneOf("position_embedding_type", "absolute");
        config.Ignore("summary_activation", "summary_last_dropout", "summary_type", "summary_use_proj");
        BackboneShape shape = Bert.Shape(config, "electra") with { Positions = EncoderConfig.Positions(config) };
        int width = config.OptionalInt("embedding_size", 1, 65536) ?? 128;
        return new BackbonePlan
        {
            Shape = shape,
            Prefixes = ["", "electra."],
            Embeddings = Bert.Embeddings(shape) with
            {
                PositionRows = shape.Positions,
                Width = width,
                Projection = width == shape.Hidden ? null : "embeddings_project",
            },
            Layer = Bert.Layer,
        };
    }
}
