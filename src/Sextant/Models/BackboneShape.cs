using Sextant.Kernels;
using Sextant.Layers;

namespace Sextant.Models;

/// <summary>What a backbone needs to know of a model: its sizes and choices, as its config.json says.</summary>
internal sealed record BackboneShape
{
    /// <summary>model_type, or what the config makes of it.</summary>
    public required string Architecture { get; init; }

    /// <summary>H.</summary>
    public required int Hidden { get; init; }

    /// <summary>Layers that the checkpoint has.</summary>
    public required int Layers { get; init; }

    /// <summary>N.</summary>
    public required int Heads { get; init; }

    /// <summary>K, heads of keys and values; N where every query head has its own.</summary>
    public int KeyHeads { get => field == 0 ? Heads : field; init; }

    /// <summary>D; H/N where the config does not say.</summary>
    public int HeadSize { get => field == 0 ? Hidden / Heads : field; init; }

    /// <summary>F.</summary>
    public required int Intermediate { get; init; }

    /// <summary>V.</summary>
    public required int Vocabulary { get; init; }

    /// <summary>Maximum number of tokens of a sequence.</summary>
    public required int Positions { get; init; }

    /// <summary>Token types; 0 for a family that has none and does not look at them.</summary>
    public required int Types { get; init; }

    /// <summary>Of the feed-forward part, or of its gate.</summary>
    public required ActivationKind Activation { get; init; }

    /// <summary>Whether the feed-forward part is activation(a)·b.</summary>
    public bool Gated { get; init; }

    /// <summary>ε of the norms.</summary>
    public required float Epsilon { get; init; }

    /// <summary>How norms are computed and stored.</summary>
    public NormKind Norm { get; init; } = NormKind.Layer;

    /// <summary>Where norms stand.</summary>
    public NormPosition NormPosition { get; init; } = NormPosition.Post;

    /// <summary>
    /// The padding token's id where positions are counted from the ids after it: p + 1, p + 2 …, and p for the padding
    /// token itself (RoBERTa and its kin); null where they are 0, 1, 2 …
    /// </summary>
    public int? PaddingId { get; init; }

    /// <summary>What a token sees, for people: "bidirectional", "causal", with windows.</summary>
    public string Attention { get; init; } = "bidirectional";

    /// <summary>How order enters, for people.</summary>
    public string PositionKind { get; init; } = "learned";
}
