using System.Diagnostics;

namespace Sextant.Kernels;

/// <summary>How the token rows of a sequence become one vector.</summary>
public enum PoolKind
{
    /// <summary>The first token's row.</summary>
    Cls,

    /// <summary>Σ x / n.</summary>
    Mean,

    /// <summary>The largest value of each column.</summary>
    Max,

    /// <summary>Σ x / sqrt(n).</summary>
    MeanSqrtLength,

    /// <summary>Σ (i+1)·x[i] / Σ (i+1), i counted from the sequence's first token.</summary>
    WeightedMean,

    /// <summary>The last token's row.</summary>
    LastToken,
}

/// <summary>y [H] = pool of x [n,H], the rows of one sequence, from row <see cref="Skip"/> on.</summary>
/// <remarks>
/// Order: one chain per column, rows ascending, from +0 (weighted: fma(i+1, x, acc)); then one division by n, sqrt(n)
/// or Σ(i+1), each rounded once to f32. Max: a &gt; b ? a : b, ascending, from the first row.
/// </remarks>
internal unsafe struct PoolArguments
{
    /// <summary>Which pooling.</summary>
    public PoolKind Kind;

    /// <summary>x [n,H].</summary>
    public float* X;

    /// <summary>n.</summary>
    public int Rows;

    /// <summary>H.</summary>
    public int Columns;

    /// <summary>Rows at the start that do not take part (a prompt); less than n. Cls ignores it.</summary>
    public int Skip;

    /// <summary>y [H].</summary>
    public float* Y;

    /// <summary>What the sums are divided by: 1 where nothing is.</summary>
    public readonly float Divisor => Kind switch
    {
        PoolKind.Mean => Rows - Skip,
        PoolKind.MeanSqrtLength => MathF.Sqrt(Rows - Skip),
        PoolKind.WeightedMean => ((long)Rows * (Rows + 1) / 2) - ((long)Skip * (Skip + 1) / 2),
        _ => 1f,
    };

    /// <summary>In debug builds: what a caller must have kept to.</summary>
    [Conditional("DEBUG")]
    internal readonly void AssertValid()
    {
        Debug.Assert(Rows > 0 && Columns > 0 && Skip >= 0 && (Skip < Rows || Kind == PoolKind.Cls));
        Pointers.AssertApart(X, Columns, Rows, Columns, Y, Columns, 1, Columns);
    }
}
