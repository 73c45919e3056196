using System.Diagnostics;

namespace Sextant.Kernels.Similarity;

/// <summary>How the elements of stored rows are kept. Widening to binary32 is exact for all of them.</summary>
public enum RowType
{
    /// <summary>IEEE binary32.</summary>
    F32,

    /// <summary>IEEE binary16, finite values.</summary>
    F16,

    /// <summary>bfloat16.</summary>
    BF16,

    /// <summary>Signed bytes.</summary>
    I8,
}

/// <summary>What is computed of a query and a row.</summary>
internal enum Measure
{
    /// <summary>Σ q·x.</summary>
    Dot,

    /// <summary>Σ d·d with d = q − x, or d = fma(−s, x, q) where there are scales s.</summary>
    SquaredDistance,
}

/// <summary>scores [QueryCount, Count] = measure(queries [QueryCount, N], rows [Count, N]), sums in 32 lanes.</summary>
internal unsafe struct SimilarityArguments
{
    /// <summary>No arguments; one query.</summary>
    public SimilarityArguments()
    {
    }

    /// <summary>[QueryCount, N], <see cref="QueryStride"/> apart.</summary>
    public float* Query;

    /// <summary>Queries: several share each read of a row.</summary>
    public int QueryCount = 1;

    /// <summary>Floats from one query to the next.</summary>
    public nint QueryStride;

    /// <summary>[N], for the distance only, the same for all queries; null for none.</summary>
    public float* Scales;

    /// <summary>[Count, N], row by row.</summary>
    public void* Rows;

    /// <summary>What a row is made of.</summary>
    public RowType Type;

    /// <summary>What is computed.</summary>
    public Measure Measure;

    /// <summary>Rows.</summary>
    public nint Count;

    /// <summary>Elements of a row.</summary>
    public int N;

    /// <summary>[QueryCount, Count]; written, never read.</summary>
    public float* Scores;

    /// <summary>In debug builds: what a caller must have kept to.</summary>
    [Conditional("DEBUG")]
    internal readonly void AssertValid()
    {
        Debug.Assert(QueryCount >= 0 && Count >= 0 && N > 0 && QueryStride >= 0);
        Pointers.AssertApart(
            Query, ((QueryCount - 1) * QueryStride + N) * sizeof(float),
            Scores, QueryCount * Count * sizeof(float));
    }
}
