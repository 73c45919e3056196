using System.Diagnostics;

namespace Sextant.Kernels;

/// <summary>y [n,D] = softmax(scores of q [n,D] and k [n,D]) · v [n,D]: one query head of one sequence.</summary>
/// <remarks>
/// Order, for query i: c[j] = the fma chain of q·k[j], d ascending, for the visible keys j of i − Before … i + After;
/// with position tables c[j] = (c[j] + q[i]·pk[r]) + k[j]·pq[r], two more chains, r being the row for j − i. Then
/// m = max(c)·scale and p[j] = exp(fma(c[j], scale, −m)); with a softcap or a bias
/// s[j] = cap·tanh(c[j]·(scale/cap)) or s[j] = fma(c[j], scale, bias), m = max(s) and p[j] = exp(s[j] − m).
/// l = Sum(p) in 32 lanes counted from the first visible key; y[d] = (the fma chain of p[j]·v[j,d], j ascending) ·
/// (1/l), and where some key may be invisible, the chain's −0 becomes +0 first. Strides count elements.
/// </remarks>
internal unsafe struct AttentionArguments
{
    /// <summary>q [n,D].</summary>
    public float* Q;

    /// <summary>k [n,D].</summary>
    public float* K;

    /// <summary>v [n,D].</summary>
    public float* V;

    /// <summary>Elements from one row of q, k and v to the next.</summary>
    public nint Stride;

    /// <summary>n, the tokens of the sequence.</summary>
    public int Tokens;

    /// <summary>D.</summary>
    public int HeadSize;

    /// <summary>The scale of the scores, greater than zero.</summary>
    public float Scale;

    /// <summary>How many keys before itself a query sees; <see cref="Everything"/> for no limit.</summary>
    public int Before;

    /// <summary>How many keys behind itself a query sees: 0 is causal, <see cref="Everything"/> is no limit.</summary>
    public int After;

    /// <summary>The bound that scores are pressed under by tanh; 0 for none. Not together with a bias.</summary>
    public float Softcap;

    /// <summary>This head's bias [2·Reach + 1] by the distance j − i, held within ±Reach; null for none.</summary>
    public float* Bias;

    /// <summary>The largest distance that <see cref="Bias"/> or <see cref="PositionRows"/> tells apart.</summary>
    public int Reach;

    /// <summary>pk, the keys of relative positions, transposed: [D,P]; null for none.</summary>
    public float* PositionKeys;

    /// <summary>pq, the queries of relative positions, transposed: [D,P].</summary>
    public float* PositionQueries;

    /// <summary>Row of pk and pq [2·Reach + 1] by the distance j − i, held within ±Reach: whole numbers.</summary>
    public float* PositionRows;

    /// <summary>P, rows of the position tables, a multiple of 16; 0 for none.</summary>
    public int Positions;

    /// <summary>y [n,D].</summary>
    public float* Y;

    /// <summary>Elements from one row of y to the next.</summary>
    public nint YStride;

    /// <summary>Working memory of <see cref="ScratchLength"/> elements, 64-byte aligned, of this call alone.</summary>
    public float* Scratch;

    /// <summary>Queries that are worked on together.</summary>
    public const int QueryRows = 32;

    /// <summary>Elements after a row of scores: it is filled up to 32 from whatever key it begins at.</summary>
    internal const int ScorePadding = 32;

    /// <summary>No limit to what a query sees.</summary>
    public const int Everything = int.MaxValue;

    /// <summary>
    /// Elements of scratch: transposed keys, padded values, scores, queries, an output tile, a line of distances,
    /// products with the position tables. Linear in n.
    /// </summary>
    public static int ScratchLength(int tokens, int headSize, int positions = 0) =>
        Padded(tokens) * (headSize + Padded(headSize) + QueryRows + 2 + positions)
        + QueryRows * (ScorePadding + 2 * Padded(headSize) + positions);

    internal static int Padded(int count) => (count + 15) & ~15;

    /// <summary>The first key that query i sees.</summary>
    internal readonly int FirstKey(int i) => i > Before ? i - Before : 0;

    /// <summary>Where the keys that query i sees end.</summary>
    internal readonly int EndKey(int i) => After < Tokens - 1 - i ? i + After + 1 : Tokens;

    /// <summary>The place of a distance in a table over ±Reach.</summary>
    internal readonly int PlaceOf(int distance) => Math.Clamp(distance, -Reach, Reach) + Reach;

    /// <summary>In debug builds: what a caller must have kept to.</summary>
    [Conditional("DEBUG")]
    internal readonly void AssertValid()
    {
        Debug.Assert(Tokens > 0 && HeadSize > 0 && Stride >= HeadSize && YStride >= HeadSize);
        Debug.Assert(Before >= 0 && After >= 0);
        Debug.Assert(Softcap >= 0 && (Softcap == 0 || Bias == null), "A softcap and a bias have no common order.");
        Debug.Assert(Reach >= 0 && Positions >= 0 && Positions % 16 == 0);
        Debug.Assert((PositionKeys == null) == (PositionQueries == null));
        Pointers.AssertAligned(Scratch, 64);
        Pointers.AssertApart(Q, Stride, Tokens, HeadSize, Y, YStride, Tokens, HeadSize);
        Pointers.AssertApart(K, Stride, Tokens, HeadSize, Y, YStride, Tokens, HeadSize);
        Pointers.AssertApart(V, Stride, Tokens, HeadSize, Y, YStride, Tokens, HeadSize);
    }
}
