using Sextant.Backends;
using Sextant.Layers;

namespace Sextant.Models;

/// <summary>A family's config as data: sizes, choices and the names of its tensors.</summary>
internal sealed record BackbonePlan
{
    public required BackboneShape Shape { get; init; }

    public required EmbeddingPlan Embeddings { get; init; }

    public required LayerPlan Layer { get; init; }

    /// <summary>What the tensors' names may begin with; the first under which the word table is there counts.</summary>
    public string[] Prefixes { get; init; } = [""];

    /// <summary>The attention of a layer; null: everything sees everything, scaled by 1/√D.</summary>
    public Func<int, AttentionShape>? Attention { get; init; }

    /// <summary>The rotary positions of a layer; null without.</summary>
    public Func<int, Rotation>? Rotation { get; init; }

    /// <summary>What scores gain by distance; null for nothing.</summary>
    public LoadPositionBias? Bias { get; init; }

    /// <summary>A norm after the last layer.</summary>
    public string? FinalNorm { get; init; }

    /// <summary>Attention without limits, a bias or a cap, for this shape.</summary>
    public static AttentionShape FullAttention(BackboneShape shape) => new()
    {
        Heads = shape.Heads,
        KeyHeads = shape.KeyHeads,
        HeadSize = shape.HeadSize,
        Scale = 1f / MathF.Sqrt(shape.HeadSize),
    };
}

/// <summary>The names and sizes of the embeddings.</summary>
internal sealed record EmbeddingPlan(string Words)
{
    /// <summary>What word rows are multiplied by.</summary>
    public float Scale { get; init; } = 1f;

    /// <summary>Token types, [shape.Types, width].</summary>
    public string? Types { get; init; }

    /// <summary>Learned positions, [<see cref="PositionRows"/>, width].</summary>
    public string? Positions { get; init; }

    /// <summary>Rows of the position table, those that are never met included.</summary>
    public int PositionRows { get; init; }

    public string? Norm { get; init; }

    /// <summary>A matrix [H, width] with bias after the norm, for tables that are not H wide.</summary>
    public string? Projection { get; init; }

    /// <summary>Columns of the tables where they are not H.</summary>
    public int? Width { get; init; }

    /// <summary>Rows of the word table where they are more than the vocabulary.</summary>
    public int? WordRows { get; init; }
}

/// <summary>The names of a layer's parts; '#' stands for the layer's number.</summary>
internal sealed record LayerPlan
{
    /// <summary>Put before the other names, such as "encoder.layer.#.".</summary>
    public required string Prefix { get; init; }

    /// <summary>Queries, keys and values: one name, or three.</summary>
    public required string[] Qkv { get; init; }

    public bool QkvBias { get; init; } = true;

    /// <summary>
    /// The order in which the stored rows of <see cref="Qkv"/> become queries, keys, values; null: as stored.
    /// </summary>
    public int[]? QkvOrder { get; init; }

    public required string Output { get; init; }

    public bool OutputBias { get; init; } = true;

    /// <summary>The wide matrix: one name, or the gate's and the other's.</summary>
    public required string[] Up { get; init; }

    public bool UpBias { get; init; } = true;

    /// <summary>
    /// The order in which the stored rows of <see cref="Up"/> become gate and other; null: as stored.
    /// </summary>
    public int[]? UpOrder { get; init; }

    public required string Down { get; init; }

    public bool DownBias { get; init; } = true;

    public required NormNames Norms { get; init; }

    /// <summary>Layers that have no norm before their attention.</summary>
    public int LayersWithoutFirstNorm { get; init; }
}
