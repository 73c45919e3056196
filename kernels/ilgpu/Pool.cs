// y [S,H] = pool of each sequence of x [T,H]: one item for each column, one chain over the tokens.   Bound: memory.
// Groups    256 items.
// Order     tokens ascending, as kernels/NUMERICS.md writes each pooling.
using ILGPU;
using Sextant.Kernels;

namespace Sextant.Ilgpu.Kernels;

internal struct PoolArguments : IKernelArguments<PoolArguments>
{
    public ArrayView<int> Starts, Skips;
    public int UseSkips, Sequences;
    public ArrayView<float> X;
    public long XStride;
    public int Columns, Kind;
    public ArrayView<float> Y;
    public long YStride;

    public static PoolArguments Read(ref ArgumentReader from) => new()
    {
        Starts = from.View<int>(),
        Skips = from.View<int>(),
        UseSkips = from.Int(),
        Sequences = from.Int(),
        X = from.View<float>(),
        XStride = from.Long(),
        Columns = from.Int(),
        Kind = from.Int(),
        Y = from.View<float>(),
        YStride = from.Long(),
    };
}

internal static class Pool
{
    public static void Rows(PoolArguments a)
    {
        long element = ((long)Grid.IdxX * 256) + Group.IdxX;
        if (element >= (long)a.Sequences * a.Columns)
            return;
        int sequence = (int)(element / a.Columns);
        int column = (int)(element % a.Columns);
        int first = a.Starts[sequence];
        int rows = a.Starts[sequence + 1] - first;
        int skip = a.UseSkips != 0 ? a.Skips[sequence] : 0;
        long from = (first * a.XStride) + column;
        float value = 0f;
        if (a.Kind == (int)PoolKind.Cls)
        {
            value = a.X[from];
        }
        else if (a.Kind == (int)PoolKind.LastToken)
        {
            value = a.X[from + ((rows - 1) * a.XStride)];
        }
        else if (a.Kind == (int)PoolKind.Max)
        {
            value = a.X[from + (skip * a.XStride)];
            for (int t = skip; t < rows; t++)
                value = Exact.Max(value, a.X[from + (t * a.XStride)]);
        }
        else if (a.Kind == (int)PoolKind.WeightedMean)
        {
            for (int t = skip; t < rows; t++)
                value = Exact.Fma((float)(t + 1), a.X[from + (t * a.XStride)], value);
            long weights = ((long)rows * (rows + 1) / 2) - ((long)skip * (skip + 1) / 2);
            value = Exact.Div(value, (float)weights);
        }
        else
        {
            for (int t = skip; t < rows; t++)
                value = Exact.Add(value, a.X[from + (t * a.XStride)]);
            float count = (float)(rows - skip);
            value = Exact.Div(value, a.Kind == (int)PoolKind.Mean ? count : Exact.Sqrt(count));
        }
        a.Y[(sequence * a.YStride) + column] = value;
    }
}
