using Sextant.Backends;
using Sextant.Layers;
using Sextant.Weights;

namespace Sextant.Models;

/// <summary>BERT (Devlin et al., 2018): learned absolute positions, token types, post-norm layers.</summary>
internal static class Bert
{
    public static Trunk Load(ConfigFile config, Checkpoint checkpoint, Backend backend, int? layers)
    {
        TrunkShape shape = Read(config);
        string prefix = checkpoint.TryFind("embeddings.word_embeddings.weight", out _) ? "" : "bert.";
        var loader = new WeightLoader(checkpoint, backend, prefix, $"bert with hidden_size {shape.Hidden}");
        if (layers > shape.Layers)
            throw new UnsupportedRequestException($"layer {layers} was asked for; this model has {shape.Layers}.");
        int count = layers ?? shape.Layers;
        var sources = new EncoderLayerSource[count];
        long bytes = 0;
        for (int i = 0; i < count; i++)
        {
            sources[i] = Source(loader, shape, $"encoder.layer.{i}.");
            bytes += sources[i].SizeIn(backend);
        }
        int hidden = shape.Hidden;
        Table words = loader.Table(shape.Vocabulary, hidden, "embeddings.word_embeddings.weight", keep16: true);
        var embeddings = new Embeddings(
            words,
            loader.Table(shape.Types, hidden, "embeddings.token_type_embeddings.weight", keep16: false),
            loader.Table(shape.Positions, hidden, "embeddings.position_embeddings.weight", keep16: false),
            loader.Norm(hidden, "embeddings.LayerNorm", shape.Epsilon));
        backend.Reserve(bytes);
        EncoderLayer[] encoder = Array.ConvertAll(
            sources, source => new EncoderLayer(loader, source, hidden, shape.Epsilon));
        return new Trunk(shape, embeddings, encoder, count > 0 ? encoder[0].StoredType : words.Type, loader.Parameters);
    }

    private static TrunkShape Read(ConfigFile config)
    {
        int hidden = config.Int("hidden_size", 1, 65536);
        int heads = config.Int("num_attention_heads", 1, hidden);
        if (hidden % heads != 0)
            throw config.Refuse("num_attention_heads", $"a divisor of hidden_size {hidden}");
        config.OptionalOneOf("position_embedding_type", "absolute");
        if (config.OptionalBool("is_decoder") == true)
            throw config.Refuse("is_decoder", "false");
        if (config.OptionalBool("add_cross_attention") == true)
            throw config.Refuse("add_cross_attention", "false");
        return new TrunkShape
        {
            Architecture = "bert",
            Hidden = hidden,
            Heads = heads,
            Layers = config.Int("num_hidden_layers", 0, 1024),
            Intermediate = config.Int("intermediate_size", 1, 1 << 20),
            Vocabulary = config.Int("vocab_size", 1, 1 << 24),
            Positions = config.Int("max_position_embeddings", 1, 1 << 20),
            Types = config.OptionalInt("type_vocab_size", 1, 1024) ?? 2,
            Epsilon = config.OptionalFloat("layer_norm_eps", 0f, 1f) ?? 1e-12f,
            Activation = Activations.Parse(config, "hidden_act"),
        };
    }

    private static EncoderLayerSource Source(WeightLoader loader, TrunkShape shape, string layer)
    {
        int hidden = shape.Hidden;
        string self = layer + "attention.self.";
        string output = layer + "attention.output.dense.";
        string up = layer + "intermediate.dense.";
        string down = layer + "output.dense.";
        return new EncoderLayerSource(
            loader.Rows(3 * hidden, hidden, self + "query.weight", self + "key.weight", self + "value.weight"),
            loader.Column(3 * hidden, self + "query.bias", self + "key.bias", self + "value.bias"),
            loader.Rows(hidden, hidden, output + "weight"),
            loader.Column(hidden, output + "bias"),
            layer + "attention.output.LayerNorm",
            loader.Rows(shape.Intermediate, hidden, up + "weight"),
            loader.Column(shape.Intermediate, up + "bias"),
            loader.Rows(hidden, shape.Intermediate, down + "weight"),
            loader.Column(hidden, down + "bias"),
            layer + "output.LayerNorm");
    }
}
