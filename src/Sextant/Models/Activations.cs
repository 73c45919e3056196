using Sextant.Kernels;
using Sextant.Weights;

namespace Sextant.Models;

/// <summary>The names that configs give to activations.</summary>
internal static class Activations
{
    private static readonly string[] s_names =
    [
        "gelu", "gelu_python", "gelu_new", "gelu_fast", "gelu_pytorch_tanh", "relu", "silu", "swish", "tanh", "sigmoid",
        "identity",
    ];

    /// <summary>The activation that a config names; an unknown one is refused.</summary>
    public static ActivationKind Parse(ConfigFile config, string key, string otherwise = "gelu") =>
        Named(config.OptionalOneOf(key, s_names) ?? otherwise);

    /// <summary>The activation of this name.</summary>
    public static ActivationKind Named(string name) => name switch
    {
        // One formula each, which upstream writes in several ways.
        "gelu" or "gelu_python" => ActivationKind.Gelu,
        "gelu_new" or "gelu_fast" or "gelu_pytorch_tanh" => ActivationKind.GeluTanh,
        "relu" => ActivationKind.Relu,
        "silu" or "swish" => ActivationKind.Silu,
        "tanh" => ActivationKind.Tanh,
        "sigmoid" => ActivationKind.Sigmoid,
        "identity" => ActivationKind.Identity,
        _ => throw new ArgumentException($"'{name}' is not an activation.", nameof(name)),
    };
}
