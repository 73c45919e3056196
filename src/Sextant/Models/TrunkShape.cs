using Sextant.Kernels;

namespace Sextant.Models;

/// <summary>What a trunk needs to know of a model: its sizes and choices, as its config.json says.</summary>
internal sealed record TrunkShape
{
    /// <summary>model_type.</summary>
    public required string Architecture { get; init; }

    /// <summary>H.</summary>
    public required int Hidden { get; init; }

    /// <summary>Layers that the checkpoint has.</summary>
    public required int Layers { get; init; }

    /// <summary>N.</summary>
    public required int Heads { get; init; }

    /// <summary>F.</summary>
    public required int Intermediate { get; init; }

    /// <summary>V.</summary>
    public required int Vocabulary { get; init; }

    /// <summary>Most tokens of a sequence.</summary>
    public required int Positions { get; init; }

    /// <summary>Token types.</summary>
    public required int Types { get; init; }

    /// <summary>Of the feed-forward part.</summary>
    public required ActivationKind Activation { get; init; }

    /// <summary>ε of the norms.</summary>
    public required float Epsilon { get; init; }

    /// <summary>D.</summary>
    public int HeadSize => Hidden / Heads;
}
