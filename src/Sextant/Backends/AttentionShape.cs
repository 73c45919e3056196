using Sextant.Kernels;

namespace Sextant.Backends;

/// <summary>
/// One layer's attention, in numbers. Queries, keys and values lie in one tensor [T, (N + 2K)·D]: N heads of queries, K
/// of keys, K of values; N/K query heads that follow each other share a head of keys and values.
/// </summary>
internal readonly record struct AttentionShape
{
    /// <summary>N, heads of queries: a multiple of <see cref="KeyHeads"/>.</summary>
    public required int Heads { get; init; }

    /// <summary>K, heads of keys and values.</summary>
    public required int KeyHeads { get; init; }

    /// <summary>D, the elements of a head.</summary>
    public required int HeadSize { get; init; }

    /// <summary>What scores are multiplied by, greater than zero.</summary>
    public required float Scale { get; init; }

    /// <summary>
    /// How many tokens before itself a token sees; <see cref="AttentionArguments.Everything"/> for no limit.
    /// </summary>
    public int Before { get; init; } = AttentionArguments.Everything;

    /// <summary>How many tokens before itself a token sees: 0 is causal.</summary>
    public int After { get; init; } = AttentionArguments.Everything;

    /// <summary>The bound that scores are pressed under by tanh; 0 for none. Not together with a bias.</summary>
    public float Softcap { get; init; }

    /// <summary>
    /// P, rows of the position tables of a <see cref="PositionBias"/>, a multiple of 16; 0 without them.
    /// </summary>
    public int Positions { get; init; }

    /// <summary>Creates a shape whose tokens all see each other.</summary>
    public AttentionShape()
    {
    }

    /// <summary>Columns of queries, keys and values together.</summary>
    public int Columns => (Heads + 2 * KeyHeads) * HeadSize;
}

/// <summary>
/// What scores gain by the distance between key and query, j − i. Either <paramref name="Bias"/>, or the three tables
/// of disentangled attention, in which content meets relative positions (He et al., 2021).
/// </summary>
/// <param name="Bias">
/// [N, 2M + 1]: added to the scaled score; column M is distance 0, longer distances count as ±M. Holds ALiBi too.
/// </param>
/// <param name="Keys">[N·D, P]: keys of relative positions, transposed.</param>
/// <param name="Queries">[N·D, P]: queries of relative positions, transposed.</param>
/// <param name="Rows">[1, 2M + 1]: which of the P rows a distance takes, whole numbers.</param>
internal sealed record PositionBias(Table? Bias, Table? Keys = null, Table? Queries = null, Table? Rows = null)
{
    /// <summary>M, the longest distance that is told apart.</summary>
    public int Reach => ((Bias ?? Rows)!.Columns - 1) / 2;
}
