using Sextant.Weights;

namespace Sextant.Models;

/// <summary>Which layers see a window only: layer_types of newer configs, or a family's own rule.</summary>
internal static class LayerTypes
{
    /// <summary>What a config calls layers that see everything.</summary>
    public const string Full = "full_attention";

    /// <summary>What a config calls layers that see a window.</summary>
    public const string SlidingName = "sliding_attention";

    /// <summary>
    /// True for each layer that sees a window; <paramref name="otherwise"/> says it where the config has no list.
    /// </summary>
    public static bool[] Sliding(ConfigFile config, int layers, Predicate<int> otherwise)
    {
        string[]? types = config.OptionalStrings("layer_types");
        if (types is not null && types.Length != layers)
            throw config.Refuse("layer_types", $"one for each of {MessageText.Number(layers)} layers");
        var slides = new bool[layers];
        for (int i = 0; i < layers; i++)
        {
            slides[i] = types?[i] switch
            {
                null => otherwise(i),
                SlidingName => true,
                Full => false,
                _ => throw config.Refuse("layer_types", $"{SlidingName} or {Full} for each layer"),
            };
        }
        return slides;
    }
}
