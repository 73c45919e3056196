// Attention for OpenCL devices that are processors: an item takes 16 queries of a head, one in each element of a
// vector.
// Scratch   of each item: the queries transposed [D,16]; their products with the position keys [positions,16]; 67 rows
//           of 16 for lanes and position terms; the scores of all keys [n,16]. Linear in n.
// Order     as AttentionTiles: exact maximum, exp, 32 lanes of sums from the first visible key, chains that ascend. A
//           key that is not visible has the weight +0, which changes nothing but the sign of a zero; +0 is added there.
using ILGPU;
using ILGPU.Algorithms;

namespace Sextant.Ilgpu.Kernels;

internal struct AttentionVectorArguments : IKernelArguments<AttentionVectorArguments>
{
    public ArrayView<int> Starts, Blocks;
    public int Items, Heads, HeadsOfKey, Size;
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
    public ArrayView<float> Scratch;
    public long ScratchStride;

    public static AttentionVectorArguments Read(ref ArgumentReader from) => new()
    {
        Starts = from.View<int>(),
        Blocks = from.View<int>(),
        Items = from.Int(),
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
        Scratch = from.View<float>(),
        ScratchStride = from.Long(),
    };
}

internal static partial class AttentionVectors
{
    private const int Rows = 16;
    private const int Lanes = 32;
    private const int Sum = 8, Weight = 9, Most = 10, Inverse = 11; // variables beside the eight sums

    public static void Attend(AttentionVectorArguments a)
    {
        for (int item = Grid.IdxX; item < a.Items; item += Grid.DimX)
        {
            int block = item / (2 * a.Heads); // of 32 queries: two halves
            int head = item / 2 % a.Heads;
            int first = a.Blocks[(2 * block) + 1] + (item % 2 * Rows);
            int sequence = a.Blocks[2 * block];
            int start = a.Starts[sequence];
            int length = a.Starts[sequence + 1] - start;
            if (first < length)
                Attend(a, head, start, length, first);
        }
    }

    private static void Attend(AttentionVectorArguments a, int head, int start, int length, int first)
    {
        int count = length - first < Rows ? length - first : Rows;
        bool masked = a.Before != int.MaxValue || a.After != int.MaxValue;
        bool scaled = (Interop.FloatAsInt(a.Softcap) << 1) == 0u && a.HasBias == 0;
        float weightScale = scaled ? a.Scale : 1f;
        long queries = Grid.IdxX * a.ScratchStride;
        long contents = queries + (Rows * (long)a.Size);
        long spare = contents + (Rows * (long)a.Positions);
        long scores = spare + (67 * Rows);
        long column = (long)head * a.Size;
        long keyColumn = (long)(head / a.HeadsOfKey) * a.Size;
        for (int row = 0; row < Rows; row++)
        {
            long from = ((start + first + (row < count ? row : 0)) * a.Stride) + column;
            for (int d = 0; d < a.Size; d++)
                a.Scratch[queries + (Rows * d) + row] = a.Q[from + d];
        }
        long table = (long)head * a.Size * a.Positions;
        for (int p = 0; p < a.Positions; p++)
        {
            Vec.Set(0, Vec.Of(0f));
            for (int d = 0; d < a.Size; d++)
            {
                Vec.Set(Sum, Vec.Load(ref a.Scratch[queries + (Rows * d)]));
                Vec.Accumulate(0, a.PositionKeys[table + ((long)d * a.Positions) + p], Sum);
            }
            Vec.Store(0, ref a.Scratch[contents + (Rows * p)]);
        }
        // What the first query sees first, and the last one last.
        int last = first + count - 1;
        int begin = first > a.Before ? first - a.Before : 0;
        int end = a.After < length - 1 - last ? last + a.After + 1 : length;
        int lastBegin = last > a.Before ? last - a.Before : 0;
        int firstEnd = a.After < length - 1 - first ? first + a.After + 1 : length;
        long keys = ((start + (long)begin) * a.Stride) + keyColumn;
        int there = end - begin;
        int j = 0;
        for (; j + 8 <= there; j += 8)
            Score8(a, queries, keys + (j * a.Stride), scores + (Rows * (long)j));
        for (; j < there; j++)
            Score1(a, queries, keys + (j * a.Stride), scores + (Rows * (long)j));
        if (!scaled || a.Positions != 0)
        {
            for (j = 0; j < there; j++)
            {
                Adjust(
                    a, head, table, contents, spare, keys + (j * a.Stride), scores + (Rows * (long)j),
                    begin + j - first);
            }
        }
        Vec.Set(Most, Vec.Of(float.NegativeInfinity));
        for (j = 0; j < there; j++)
        {
            Vec.Set(Weight, Vec.Load(ref a.Scratch[scores + (Rows * (long)j)]));
            if (masked && (begin + j < lastBegin || begin + j >= firstEnd))
                Vec.Set(Weight, Vec.IfSeen(Weight, first - begin - j, a.Before, a.After, float.NegativeInfinity));
            Vec.Set(Most, Vec.Max(Most, Weight));
        }
        Vec.Set(Most, Vec.Negate(Vec.Mul(Most, Vec.Of(weightScale))));
        for (int lane = 0; lane < Lanes; lane++)
            Vec.Keep(lane, Vec.Of(0f));
        for (j = 0; j < there; j++)
        {
            long score = scores + (Rows * (long)j);
            Vec.Set(Weight, Vec.Load(ref a.Scratch[score]));
            Vec.Set(Weight, VecElementary.Exp(Vec.Fma(Weight, Vec.Of(weightScale), Most)));
            if (masked && (begin + j < lastBegin || begin + j >= firstEnd))
                Vec.Set(Weight, Vec.IfSeen(Weight, first - begin - j, a.Before, a.After, 0f));
            Vec.Store(Weight, ref a.Scratch[score]);
            Vec.Keep(j & 31, Vec.Add(Vec.Kept(j & 31), Weight));
        }
        if (lastBegin != begin)
            Turn(a, spare, begin, first, count);
        for (int width = 16; width > 0; width >>= 1)
        {
            for (int lane = 0; lane < width; lane++)
                Vec.Keep(lane, Vec.Add(Vec.Kept(lane), Vec.Kept(lane + width)));
        }
        Vec.Set(Inverse, Vec.Div(Vec.Of(1f), Vec.Kept(0)));
        long values = ((start + (long)begin) * a.Stride) + keyColumn;
        long to = ((start + (long)first) * a.YStride) + column;
        int element = 0;
        for (; element + 8 <= a.Size; element += 8)
            Sum8(a, scores, there, values + element, to + element, count, masked);
        for (; element < a.Size; element++)
            Sum1(a, scores, there, values + element, to + element, count, masked);
    }

    // Each query counts its lanes from its own first key: lanes of the first query's are turned, element by element.
    private static void Turn(AttentionVectorArguments a, long spare, int begin, int first, int count)
    {
        for (int lane = 0; lane < Lanes; lane++)
        {
            Vec.Store(Vec.Kept(lane), ref a.Scratch[spare + (Rows * lane)]);
            Vec.Store(Vec.Of(0f), ref a.Scratch[spare + (Rows * (Lanes + lane))]);
        }
        for (int row = 0; row < count; row++)
        {
            int own = first + row > a.Before ? first + row - a.Before : 0;
            for (int lane = 0; lane < Lanes; lane++)
            {
                int to = (lane + begin - own) & 31;
                a.Scratch[spare + (Rows * (Lanes + to)) + row] = a.Scratch[spare + (Rows * lane) + row];
            }
        }
        for (int lane = 0; lane < Lanes; lane++)
            Vec.Keep(lane, Vec.Load(ref a.Scratch[spare + (Rows * (Lanes + lane))]));
    }

    // Position terms, softcap or bias, for 16 queries with one key that is so far in front of the first.
    private static void Adjust(
        AttentionVectorArguments a, int head, long table, long contents, long spare, long key, long score, int ahead)
    {
        long content = spare + (64 * Rows);
        long position = spare + (65 * Rows);
        long biases = spare + (66 * Rows);
        for (int row = 0; row < Rows; row++)
        {
            int distance = XMath.Clamp(ahead - row, -a.Reach, a.Reach) + a.Reach;
            a.Scratch[biases + row] =
                a.HasBias != 0 ? a.Bias[((long)head * ((2 * a.Reach) + 1)) + distance] : 0f;
            if (a.Positions == 0)
                continue;
            int place = (int)a.PositionRows[distance];
            a.Scratch[content + row] = a.Scratch[contents + (Rows * place) + row];
            float sum = 0f;
            for (int d = 0; d < a.Size; d++)
                sum = Exact.Fma(a.K[key + d], a.PositionQueries[table + ((long)d * a.Positions) + place], sum);
            a.Scratch[position + row] = sum;
        }
        Vec.Set(Weight, Vec.Load(ref a.Scratch[score]));
        if (a.Positions != 0)
        {
            Vec.Set(Weight, Vec.Add(Weight, Vec.Load(ref a.Scratch[content])));
            Vec.Set(Weight, Vec.Add(Weight, Vec.Load(ref a.Scratch[position])));
        }
        if ((Interop.FloatAsInt(a.Softcap) << 1) != 0u)
        {
            int capped = VecElementary.Tanh(Vec.Mul(Weight, Vec.Of(Exact.Div(a.Scale, a.Softcap))));
            Vec.Set(Weight, Vec.Mul(Vec.Of(a.Softcap), capped));
        }
        else if (a.HasBias != 0)
        {
            Vec.Set(Weight, Vec.Fma(Weight, Vec.Of(a.Scale), Vec.Load(ref a.Scratch[biases])));
        }
        Vec.Store(Weight, ref a.Scratch[score]);
    }

    private static void Score1(AttentionVectorArguments a, long queries, long key, long score)
    {
        Vec.Set(0, Vec.Of(0f));
        for (int d = 0; d < a.Size; d++)
        {
            Vec.Set(Sum, Vec.Load(ref a.Scratch[queries + (Rows * d)]));
            Vec.Accumulate(0, a.K[key + d], Sum);
        }
        Vec.Store(0, ref a.Scratch[score]);
    }

    private static void Sum1(
        AttentionVectorArguments a, long scores, int keyCount, long values, long to, int count, bool masked)
    {
        Vec.Set(0, Vec.Of(0f));
        for (int j = 0; j < keyCount; j++)
        {
            Vec.Set(Sum, Vec.Load(ref a.Scratch[scores + (Rows * (long)j)]));
            Vec.Accumulate(0, a.V[values + (j * a.Stride)], Sum);
        }
        Finish(a, 0, to, count, masked);
    }

    private static void Finish(AttentionVectorArguments a, int sum, long to, int count, bool masked)
    {
        Vec.Set(Weight, sum);
        if (masked)
            Vec.Set(Weight, Vec.Add(Weight, Vec.Of(0f)));
        Vec.StoreColumn(Vec.Mul(Weight, Inverse), ref a.Y[to], a.YStride, count);
    }
}
