// Similarity of a query with stored rows: f32, f16, bf16 or int8.   scores [N]
// Layout    rows [N][blocks][32][4]: a block is 128 elements, of which 32·j + i is at 4·i + j, so that an item reads its
//           next four in one piece and neighbours read neighbours. Query and scales lie the same way. +0 follows a row.
// Groups    128 items, 32 for each of four rows.
// Order     32 lanes over the elements, filled up with +0 to a multiple of 32 and no further, for −0 + 0 is +0; folds 16,
//           8, 4, 2, 1 (kernels/NUMERICS.md: Dot with a stored row, Squared distance). fma(−1, x, q) is q − x.
// Bound     memory: a row is read once.
using ILGPU;

namespace Sextant.Ilgpu.Kernels;

internal struct ScoreArguments<TOne, TFour> : IKernelArguments<ScoreArguments<TOne, TFour>>
    where TOne : unmanaged
    where TFour : unmanaged
{
    public ArrayView<TFour> Rows;
    public int RowCount, Inputs;
    public ArrayView<Float4> Query, Scales;
    public int IsDistance;
    public ArrayView<float> Scores;

    public static ScoreArguments<TOne, TFour> Read(ref ArgumentReader from) => new()
    {
        Rows = from.View<TFour, TOne>(),
        RowCount = from.Int(),
        Inputs = from.Int(),
        Query = from.View<Float4, float>(),
        Scales = from.View<Float4, float>(),
        IsDistance = from.Int(),
        Scores = from.View<float>(),
    };
}

internal static class Scores
{
    private const int RowsOfGroup = 4;

    public static void Rows<TOne, TFour, TStored>(ScoreArguments<TOne, TFour> a)
        where TOne : unmanaged
        where TFour : unmanaged
        where TStored : unmanaged, IStored<TOne, TFour>
    {
        ArrayView<float> lanes = SharedMemory.Allocate<float>(RowsOfGroup * Lanes.Count);
        int lane = Group.IdxX % Lanes.Count;
        int place = Group.IdxX / Lanes.Count;
        long row = ((long)Grid.IdxX * RowsOfGroup) + place;
        int blocks = (a.Inputs + 127) / 128;
        int steps = row < a.RowCount ? (a.Inputs + Lanes.Count - 1) / Lanes.Count : 0; // every item takes part in the fold
        long from = (row * blocks * Lanes.Count) + lane;
        float sum = 0f;
        for (int step = 0; step < steps; step += 4)
        {
            Float4 x = default(TStored).Widen(a.Rows[from + (step * 8)]);
            Float4 q = a.Query[lane + (step * 8)];
            Float4 s = a.Scales[lane + (step * 8)];
            int left = steps - step;
            sum = Next(a.IsDistance, x.X, q.X, s.X, sum);
            if (left > 1)
                sum = Next(a.IsDistance, x.Y, q.Y, s.Y, sum);
            if (left > 2)
                sum = Next(a.IsDistance, x.Z, q.Z, s.Z, sum);
            if (left > 3)
                sum = Next(a.IsDistance, x.W, q.W, s.W, sum);
        }
        sum = Lanes.Sum(sum, lane, lanes, place * Lanes.Count);
        if (lane == 0 && row < a.RowCount)
            a.Scores[row] = sum;
    }

    private static float Next(int isDistance, float x, float query, float scale, float sum)
    {
        if (isDistance == 0)
            return Exact.Fma(query, x, sum);
        float difference = Exact.Fma(Exact.Negate(scale), x, query);
        return Exact.Fma(difference, difference, sum);
    }
}
