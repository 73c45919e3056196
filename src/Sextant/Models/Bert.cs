using Sextant.Layers;
using Sextant.Weights;

namespace Sextant.Models;

/// <summary>BERT (Devlin et al., 2018): learned absolute positions, token types, post-norm layers.</summary>
internal static class Bert
{
    /// <summary>The names of BERT's layers, which several families share.</summary>
    public static readonly LayerPlan Layer = new()
    {
        Prefix = "encoder.layer.#.",
        Qkv = ["attention.self.query", "attention.self.key", "attention.self.value"],
        Output = "attention.output.dense",
        Up = ["intermediate.dense"],
        Down = "output.dense",
        Norms = new NormNames(null, "attention.output.LayerNorm", null, "output.LayerNorm"),
    };

    public static BackbonePlan Read(ConfigFile config, AttentionDirection? attention)
    {
        EncoderConfig.RequireEncoder(config, attention);
        if (config.OptionalOneOf("position_embedding_type", "absolute", "alibi") == "alibi")
            return JinaBert.Read(config);
        BackboneShape shape = Shape(config, "bert") with { Positions = EncoderConfig.Positions(config) };
        return new BackbonePlan
        {
            Shape = shape,
            Prefixes = ["", "bert."],
            Embeddings = Embeddings(shape) with { PositionRows = shape.Positions },
            Layer = Layer,
        };
    }

    /// <summary>The sizes that configs in BERT's words have, without positions.</summary>
    public static BackboneShape Shape(ConfigFile config, string architecture)
    {
        int hidden = EncoderConfig.Hidden(config);
        return new BackboneShape
        {
            Architecture = architecture,
            Hidden = hidden,
            Heads = EncoderConfig.Heads(config, hidden),
            Layers = EncoderConfig.Layers(config),
            Intermediate = EncoderConfig.Intermediate(config),
            Vocabulary = EncoderConfig.Vocabulary(config),
            Positions = 0,
            Types = config.OptionalInt("type_vocab_size", 1, 1024) ?? 2,
            Epsilon = config.OptionalFloat("layer_norm_eps", 0f, 1f) ?? 1e-12f,
            Activation = Activations.Parse(config, "hidden_act"),
        };
    }

    /// <summary>BERT's names of embeddings; the rows of positions are for the caller to fill in.</summary>
    public static EmbeddingPlan Embeddings(BackboneShape shape) => new("embeddings.word_embeddings.weight")
    {
        Types = shape.Types == 0 ? null : "embeddings.token_type_embeddings.weight",
        Positions = "embeddings.position_embeddings.weight",
        Norm = "embeddings.LayerNorm",
    };
}
