// What all attention kernels have in common: parameters, which keys a query sees, what is done to a score.
// Order     kernels/NUMERICS.md: score, + position terms, then softcap, or scale and bias.
using ILGPU;
using ILGPU.Algorithms;

namespace Sextant.Ilgpu.Kernels;

internal struct AttentionArguments : IKernelArguments<AttentionArguments>
{
    public ArrayView<int> Starts, Blocks;
    public int Heads, HeadsOfKey, Size;
    public ArrayView<float> Q, K, V;
    public long Stride;
    public float Scale;
    public int Before, After;
    public float Softcap;
    public ArrayView<float> Bias;
    public int HasBias, Reach;
    public ArrayView<float> PositionKeys, PositionQueries, PositionRows;
    public int Positions;
    public ArrayView<float> Y;
    public long YStride;

    public static AttentionArguments Read(ref ArgumentReader from) => new()
    {
        Starts = from.View<int>(),
        Blocks = from.View<int>(),
        Heads = from.Int(),
        HeadsOfKey = from.Int(),
        Size = from.Int(),
        Q = from.View<float>(),
        K = from.View<float>(),
        V = from.View<float>(),
        Stride = from.Long(),
        Scale = from.Float(),
        Before = from.Int(),
        After = from.Int(),
        Softcap = from.Float(),
        Bias = from.View<float>(),
        HasBias = from.Int(),
        Reach = from.Int(),
        PositionKeys = from.View<float>(),
        PositionQueries = from.View<float>(),
        PositionRows = from.View<float>(),
        Positions = from.Int(),
        Y = from.View<float>(),
        YStride = from.Long(),
    };
}

/// <summary>The 32 queries of a head that a group works on.</summary>
internal struct AttentionBlock
{
    /// <summary>Its first token.</summary>
    public long Start;

    /// <summary>Where the head's queries and outputs begin in a row, and its keys.</summary>
    public long Column, KeyColumn;

    /// <summary>The head; the sequence's tokens; the first query, and the one after the last.</summary>
    public int Head, Length, First, End;

    /// <summary>Whether a query may not see a key.</summary>
    public bool IsMasked;

    /// <summary>Whether scores are only scaled.</summary>
    public bool IsPlain;

    /// <summary>What scores are multiplied by when they become weights.</summary>
    public float WeightScale;

    public static AttentionBlock Of(AttentionArguments a, int group)
    {
        int index = group / a.Heads;
        int head = group % a.Heads;
        int sequence = a.Blocks[2 * index];
        int first = a.Blocks[(2 * index) + 1];
        int start = a.Starts[sequence];
        int length = a.Starts[sequence + 1] - start;
        bool scaled = (Interop.FloatAsInt(a.Softcap) << 1) == 0u && a.HasBias == 0;
        return new AttentionBlock
        {
            Start = start,
            Column = (long)head * a.Size,
            KeyColumn = (long)(head / a.HeadsOfKey) * a.Size,
            Head = head,
            Length = length,
            First = first,
            End = XMath.Min(first + 32, length),
            IsMasked = a.Before != int.MaxValue || a.After != int.MaxValue,
            IsPlain = scaled && a.Positions == 0,
            WeightScale = scaled ? a.Scale : 1f,
        };
    }

    /// <summary>A sum of products; +0 is added where there is a mask.</summary>
    public readonly float Unmasked(float sum) => IsMasked ? Exact.Add(sum, 0f) : sum;
}

internal static class AttentionParts
{
    /// <summary>The first key that a query sees.</summary>
    public static int FirstKey(AttentionArguments a, int query) => query > a.Before ? query - a.Before : 0;

    /// <summary>The key after the last that it sees.</summary>
    public static int EndKey(AttentionArguments a, int query, int length) =>
        a.After < length - 1 - query ? query + a.After + 1 : length;

    /// <summary>Whether it sees a key.</summary>
    public static bool Sees(AttentionArguments a, AttentionBlock block, int query, int key) =>
        key < block.Length && query - key <= a.Before && key - query <= a.After;

    /// <summary>`count` rows of a head, `width` elements from `firstD` on; zeros where there are none.</summary>
    public static void Fill(
        ArrayView<float> to, int rowSize, ArrayView<float> from, long stride, long start, long column, int first,
        int length, int count, int firstD, int width, int size, int items)
    {
        for (int e = Group.IdxX; e < count * width; e += items)
        {
            int row = e / width;
            int d = e % width;
            to[(row * rowSize) + d] = first + row < length && firstD + d < size
                ? from[((start + first + row) * stride) + column + firstD + d] : 0f;
        }
    }

    /// <summary>What is done to a score: position terms, softcap or bias.</summary>
    public static float Adjust(
        AttentionArguments a, AttentionBlock block, ArrayView<float> queries, int queryAt, float score, int query,
        int key)
    {
        int distance = XMath.Clamp(key - query, -a.Reach, a.Reach) + a.Reach;
        if (a.Positions != 0)
        {
            long table = ((long)block.Head * a.Size * a.Positions) + (int)a.PositionRows[distance];
            long own = ((block.Start + key) * a.Stride) + block.KeyColumn;
            float content = 0f;
            float position = 0f;
            for (int d = 0; d < a.Size; d++)
            {
                content = Exact.Fma(queries[queryAt + d], a.PositionKeys[table + ((long)d * a.Positions)], content);
                position = Exact.Fma(a.K[own + d], a.PositionQueries[table + ((long)d * a.Positions)], position);
            }
            score = Exact.Add(Exact.Add(score, content), position);
        }
        if ((Interop.FloatAsInt(a.Softcap) << 1) != 0u)
            return Exact.Mul(a.Softcap, Elementary.Tanh(Exact.Mul(score, Exact.Div(a.Scale, a.Softcap))));
        if (a.HasBias != 0)
            return Exact.Fma(score, a.Scale, a.Bias[((long)block.Head * ((2 * a.Reach) + 1)) + distance]);
        return score;
    }

    /// <summary>Folds the 32 lanes of the eight queries of each warp: maxima or sums, into lane 0.</summary>
    public static void Fold(ArrayView<float> lanes, int warpQuery, int lane, bool maxima)
    {
        for (int stride = 16; stride > 0; stride >>= 1)
        {
            Group.Barrier();
            if (lane < stride)
            {
                for (int r = 0; r < 8; r++)
                {
                    int at = ((warpQuery + r) * 36) + lane;
                    float low = lanes[at];
                    float high = lanes[at + stride];
                    lanes[at] = maxima ? Exact.Max(low, high) : Exact.Add(low, high);
                }
            }
        }
        Group.Barrier();
    }
}
