using Sextant.Kernels;
using Sextant.Kernels.Elementary;
using Sextant.Weights;

namespace Sextant.Models;

/// <summary>Rotary positions (Su et al., 2021): how fast each pair of a head's elements turns.</summary>
/// <remarks>
/// Frequencies are computed in binary64 by sequences of our own, so that tables are the same everywhere.
/// </remarks>
internal sealed class Rotation
{
    private readonly double[] _frequencies;

    private Rotation(double[] frequencies, string description)
    {
        _frequencies = frequencies;
        Description = description;
    }

    /// <summary>R, elements of a head that turn.</summary>
    public int Columns => 2 * _frequencies.Length;

    /// <summary>For people.</summary>
    public string Description { get; }

    /// <summary>Writes rows [positions, R] of cosines and sines.</summary>
    public void Write(int firstPosition, Span<float> rows) => RotationRows.Write(_frequencies, 1, firstPosition, rows);

    /// <summary>θ^(−2i/R) for i below R/2.</summary>
    public static Rotation Plain(double theta, int columns) => new(Frequencies(theta, columns), "rotary");

    /// <summary>Turns slowed down by a factor: position p counts as p/factor.</summary>
    public Rotation Slowed(double factor) =>
        new(Array.ConvertAll(_frequencies, f => f / factor), $"rotary, linear scaling by {MessageText.Number(factor)}");

    /// <summary>
    /// A config's rope_theta (or <paramref name="otherwise"/>), with the scaling that its rope_scaling names; newer
    /// configs have both in rope_parameters, and some that were half migrated in rope_scaling, or in both objects.
    /// </summary>
    public static Rotation Read(ConfigFile config, int columns, double otherwise = 10_000)
    {
        ConfigFile? parameters = config.OptionalObject("rope_parameters");
        if (parameters is not null && config.Has("rope_scaling")
            && !config.AreEqual("rope_parameters", "rope_scaling"))
        {
            throw config.Refuse("rope_scaling", "null beside rope_parameters, or the same");
        }
        parameters ??= config.OptionalObject("rope_scaling");
        RequireWhole(config);
        double? outer = config.OptionalDouble("rope_theta", 1, 1e12);
        double? inner = parameters?.OptionalDouble("rope_theta", 1, 1e12);
        if (outer is not null && inner is not null && outer != inner)
            throw parameters!.Refuse("rope_theta", $"the rope_theta outside, {MessageText.Number(outer.Value)}");
        return Scaled(parameters, inner ?? outer ?? otherwise, columns);
    }

    private static void RequireWhole(ConfigFile config)
    {
        if (config.OptionalDouble("partial_rotary_factor", 0, 1) is not (null or 1))
            throw config.Refuse("partial_rotary_factor", "1: all of a head turns");
    }

    /// <summary>
    /// One of the rotations of a config whose layers turn by several: under rope_parameters.<paramref name="layers"/>
    /// in newer configs, else by the base under <paramref name="key"/>, unscaled.
    /// </summary>
    public static Rotation Read(ConfigFile config, string layers, string key, int columns, double otherwise)
    {
        ConfigFile? parameters = config.OptionalObject("rope_parameters");
        if (parameters is null)
            return Plain(config.OptionalDouble(key, 1, 1e12) ?? otherwise, columns);
        ConfigFile own = parameters.OptionalObject(layers)
            ?? throw parameters.Refuse(layers, "an object with the rope_type and rope_theta of these layers");
        return Scaled(own, own.OptionalDouble("rope_theta", 1, 1e12) ?? otherwise, columns);
    }

    private static Rotation Scaled(ConfigFile? scaling, double theta, int columns)
    {
        if (scaling is null)
            return Plain(theta, columns);
        string key = scaling.Has("type") && !scaling.Has("rope_type") ? "type" : "rope_type";
        scaling.Ignore("type");
        RequireWhole(scaling);
        string? kind = scaling.OptionalOneOf(key, "default", "linear", "ntk", "llama3");
        // An object with nothing but a base scales nothing.
        if (kind is null && scaling.Has("factor"))
            throw scaling.Refuse(key, "a kind of scaling beside its factor");
        return kind switch
        {
            "linear" => Plain(theta, columns).Slowed(scaling.Double("factor", 1, 1e6)),
            "ntk" => Ntk(theta, columns, scaling.Double("factor", 1, 1e6)),
            "llama3" => Llama3(theta, columns, scaling),
            _ => Plain(theta, columns),
        };
    }

    // The base grows with the context and the turns slow down on top (Alibaba-NLP/new-impl, NTKScalingRotaryEmbedding).
    private static Rotation Ntk(double theta, int columns, double factor)
    {
        double slower = ElementaryDouble.Pow(factor, 2.0 / columns);
        double[] frequencies = Array.ConvertAll(Frequencies(theta * factor, columns), f => f / slower);
        return new Rotation(frequencies, $"rotary, NTK scaling by {MessageText.Number(factor)}");
    }

    // Fast turns stay, slow ones slow down, those between are mixed (Llama 3.1).
    private static Rotation Llama3(double theta, int columns, ConfigFile scaling)
    {
        double factor = scaling.Double("factor", 1, 1e6);
        double low = scaling.Double("low_freq_factor", 1e-3, 1e6);
        double high = scaling.Double("high_freq_factor", 1e-3, 1e6);
        double original = scaling.Int("original_max_position_embeddings", 1, 1 << 24);
        if (high <= low)
            throw scaling.Refuse("high_freq_factor", $"more than low_freq_factor {MessageText.Number(low)}");
        double[] frequencies = Array.ConvertAll(Frequencies(theta, columns), f =>
        {
            double wavelength = 2 * Math.PI / f;
            if (wavelength < original / high)
                return f;
            if (wavelength > original / low)
                return f / factor;
            double smooth = (original / wavelength - low) / (high - low);
            return (1 - smooth) * f / factor + smooth * f;
        });
        return new Rotation(frequencies, $"rotary, Llama-3 scaling by {MessageText.Number(factor)}");
    }

    private static double[] Frequencies(double theta, int columns)
    {
        var frequencies = new double[columns / 2];
        for (int i = 0; i < frequencies.Length; i++)
            frequencies[i] = ElementaryDouble.Pow(theta, -2.0 * i / columns);
        return frequencies;
    }
}
