using Sextant.Layers;
using Sextant.Weights;

namespace Sextant.Models;

/// <summary>DistilBERT (Sanh et al., 2019): BERT without token types, in other words.</summary>
internal static class DistilBert
{
    private static readonly LayerPlan s_layer = new()
    {
        Prefix = "transformer.layer.#.",
        Qkv = ["attention.q_lin", "attention.k_lin", "attention.v_lin"],
        Output = "attention.out_lin",
        Up = ["ffn.lin1"],
        Down = "ffn.lin2",
        Norms = new NormNames(null, "sa_layer_norm", null, "output_layer_norm"),
    };

    public static BackbonePlan Read(ConfigFile config, AttentionDirection? attention)
    {
        EncoderConfig.RequireEncoder(config, attention);
        // Sinusoidal positions are stored as a table too.
        config.Ignore("qa_dropout", "seq_classif_dropout", "sinusoidal_pos_embds", "tie_weights_");
        int hidden = EncoderConfig.Hidden(config, "dim");
        var shape = new BackboneShape
        {
            Architecture = "distilbert",
            Hidden = hidden,
            Heads = EncoderConfig.Heads(config, hidden, "n_heads", "dim"),
            Layers = EncoderConfig.Layers(config, "n_layers"),
            Intermediate = EncoderConfig.Intermediate(config, "hidden_dim"),
            Vocabulary = EncoderConfig.Vocabulary(config),
            Positions = EncoderConfig.Positions(config),
            Types = 0,
            Epsilon = 1e-12f,
            Activation = Activations.Parse(config, "activation"),
        };
        return new BackbonePlan
        {
            Shape = shape,
            Prefixes = ["", "distilbert."],
            Embeddings = Bert.Embeddings(shape) with { PositionRows = shape.Positions },
            Layer = s_layer,
        };
    }
}
