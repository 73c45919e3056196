using Sextant.Weights;

namespace Sextant.Models;

/// <summary>What the configs of several encoder families say in the same words.</summary>
internal static class EncoderConfig
{
    /// <summary>hidden_size, or the key that a family calls it.</summary>
    public static int Hidden(ConfigFile config, string key = "hidden_size") => config.Int(key, 1, 65536);

    /// <summary>Attention heads: a divisor of the hidden size.</summary>
    public static int Heads(
        ConfigFile config, int hidden, string key = "num_attention_heads", string ofWhat = "hidden_size")
    {
        int heads = config.Int(key, 1, hidden);
        if (hidden % heads != 0)
            throw config.Refuse(key, $"a divisor of {ofWhat} {MessageText.Number(hidden)}");
        return heads;
    }

    /// <summary>Attention heads of an even size, since pairs of their elements turn by position.</summary>
    public static int RotaryHeads(
        ConfigFile config, int hidden, string key = "num_attention_heads", string ofWhat = "hidden_size")
    {
        int heads = Heads(config, hidden, key, ofWhat);
        if (hidden / heads % 2 != 0)
            throw config.Refuse(key, $"such that {ofWhat} {MessageText.Number(hidden)} gives heads of an even size");
        return heads;
    }

    /// <summary>Layers, 0 to 1024.</summary>
    public static int Layers(ConfigFile config, string key = "num_hidden_layers") => config.Int(key, 0, 1024);

    /// <summary>Width of the feed-forward part.</summary>
    public static int Intermediate(ConfigFile config, string key = "intermediate_size") => config.Int(key, 1, 1 << 20);

    /// <summary>Rows of the word table.</summary>
    public static int Vocabulary(ConfigFile config) => config.Int("vocab_size", 1, 1 << 24);

    /// <summary>Positions, 1 to 2²⁰.</summary>
    public static int Positions(ConfigFile config, string key = "max_position_embeddings") =>
        config.Int(key, 1, 1 << 20);

    /// <summary>Refuses a caller who wants a bidirectional encoder to be causal, and configs of decoders.</summary>
    public static void RequireEncoder(ConfigFile config, AttentionDirection? attention)
    {
        if (config.OptionalBool("is_decoder") == true)
            throw config.Refuse("is_decoder", "false");
        if (config.OptionalBool("add_cross_attention") == true)
            throw config.Refuse("add_cross_attention", "false");
        if (attention == AttentionDirection.Causal)
            throw new UnsupportedRequestException(
                "causal attention was asked for; this model is a bidirectional encoder.");
    }

    /// <summary>
    /// The padding token after whose id positions are counted, and how many tokens the position table is enough for.
    /// </summary>
    public static (int Padding, int Rows, int Tokens) PositionsBehindPadding(ConfigFile config, int? padding = null)
    {
        int id = padding ?? config.OptionalInt("pad_token_id", 0, 1 << 20) ?? 1;
        int rows = config.Int("max_position_embeddings", id + 2, 1 << 21);
        return (id, rows, rows - id - 1);
    }
}
