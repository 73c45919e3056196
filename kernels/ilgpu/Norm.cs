// LayerNorm, RMSNorm and scaling to length one of the rows of x [T,H].   Bound: memory.
// Groups    128 items: 32 lanes for each of four rows. x is read three times, from the cache but for the first, and
//           nothing is kept: rows have any length.
// Order     kernels/NUMERICS.md: 32 lanes, folded with strides 16 … 1.
// Aliasing  y may be x: an element is read and written by the same item.
using ILGPU;

namespace Sextant.Ilgpu.Kernels;

internal struct LayerNormArguments : IKernelArguments<LayerNormArguments>
{
    public ArrayView<float> X;
    public long XStride;
    public ArrayView<float> Gamma, Beta;
    public float Epsilon;
    public int Rows, Columns;
    public ArrayView<float> Y;
    public long YStride;

    public static LayerNormArguments Read(ref ArgumentReader from) => new()
    {
        X = from.View<float>(),
        XStride = from.Long(),
        Gamma = from.View<float>(),
        Beta = from.View<float>(),
        Epsilon = from.Float(),
        Rows = from.Int(),
        Columns = from.Int(),
        Y = from.View<float>(),
        YStride = from.Long(),
    };
}

internal struct RmsNormArguments : IKernelArguments<RmsNormArguments>
{
    public ArrayView<float> X;
    public long XStride;
    public ArrayView<float> Gamma;
    public float Epsilon;
    public int Rows, Parts, Columns;
    public ArrayView<float> Residual;
    public long ResidualStride;
    public int HasResidual;
    public ArrayView<float> Y;
    public long YStride;

    public static RmsNormArguments Read(ref ArgumentReader from) => new()
    {
        X = from.View<float>(),
        XStride = from.Long(),
        Gamma = from.View<float>(),
        Epsilon = from.Float(),
        Rows = from.Int(),
        Parts = from.Int(),
        Columns = from.Int(),
        Residual = from.View<float>(),
        ResidualStride = from.Long(),
        HasResidual = from.Int(),
        Y = from.View<float>(),
        YStride = from.Long(),
    };
}

internal struct NormalizeArguments : IKernelArguments<NormalizeArguments>
{
    public ArrayView<float> X;
    public long XStride;
    public int Rows, Columns;

    public static NormalizeArguments Read(ref ArgumentReader from) => new()
    {
        X = from.View<float>(),
        XStride = from.Long(),
        Rows = from.Int(),
        Columns = from.Int(),
    };
}

internal static class Norm
{
    private const int GroupRows = 4;

    public static void LayerNorm(LayerNormArguments a)
    {
        ArrayView<float> lanes = SharedMemory.Allocate<float>(Lanes.Count * GroupRows);
        int lane = Group.IdxX & 31;
        int lanesAt = Group.IdxX & ~31;
        int row = (Grid.IdxX * GroupRows) + (Group.IdxX >> 5);
        int length = row < a.Rows ? a.Columns : 0; // every item takes part in the sums
        long x = row * a.XStride;
        long y = row * a.YStride;
        float sum = 0f;
        for (int i = lane; i < length; i += Lanes.Count)
            sum = Exact.Add(sum, a.X[x + i]);
        float mean = Exact.Div(Lanes.Sum(sum, lane, lanes, lanesAt), (float)a.Columns);
        sum = 0f;
        for (int i = lane; i < length; i += Lanes.Count)
        {
            float d = Exact.Sub(a.X[x + i], mean);
            sum = Exact.Fma(d, d, sum);
        }
        float variance = Exact.Div(Lanes.Sum(sum, lane, lanes, lanesAt), (float)a.Columns);
        float inverse = Exact.Div(1f, Exact.Sqrt(Exact.Add(variance, a.Epsilon)));
        for (int i = lane; i < length; i += Lanes.Count)
        {
            float d = Exact.Mul(Exact.Sub(a.X[x + i], mean), inverse);
            a.Y[y + i] = Exact.Fma(d, a.Gamma[i], a.Beta[i]);
        }
    }

    /// <summary>A row is several parts of columns, each with a sum of its own: heads, where these are normed.</summary>
    public static void RmsNorm(RmsNormArguments a)
    {
        ArrayView<float> lanes = SharedMemory.Allocate<float>(Lanes.Count * GroupRows);
        int lane = Group.IdxX & 31;
        int lanesAt = Group.IdxX & ~31;
        int part = (Grid.IdxX * GroupRows) + (Group.IdxX >> 5);
        int row = part / a.Parts;
        long column = (long)(part % a.Parts) * a.Columns;
        int length = row < a.Rows ? a.Columns : 0;
        long x = (row * a.XStride) + column;
        long other = (row * a.ResidualStride) + column;
        long y = (row * a.YStride) + column;
        float sum = 0f;
        for (int i = lane; i < length; i += Lanes.Count)
            sum = Exact.Fma(a.X[x + i], a.X[x + i], sum);
        float mean = Exact.Div(Lanes.Sum(sum, lane, lanes, lanesAt), (float)a.Columns);
        float inverse = Exact.Div(1f, Exact.Sqrt(Exact.Add(mean, a.Epsilon)));
        for (int i = lane; i < length; i += Lanes.Count)
        {
            float value = Exact.Mul(Exact.Mul(a.X[x + i], inverse), a.Gamma[i]);
            if (a.HasResidual != 0)
                value = Exact.Add(value, a.Residual[other + i]);
            a.Y[y + i] = value;
        }
    }

    public static void Normalize(NormalizeArguments a)
    {
        ArrayView<float> lanes = SharedMemory.Allocate<float>(Lanes.Count * GroupRows);
        int lane = Group.IdxX & 31;
        int lanesAt = Group.IdxX & ~31;
        int row = (Grid.IdxX * GroupRows) + (Group.IdxX >> 5);
        int length = row < a.Rows ? a.Columns : 0;
        long x = row * a.XStride;
        float sum = 0f;
        for (int i = lane; i < length; i += Lanes.Count)
            sum = Exact.Fma(a.X[x + i], a.X[x + i], sum);
        float size = Exact.Max(Exact.Sqrt(Lanes.Sum(sum, lane, lanes, lanesAt)), 1e-12f);
        for (int i = lane; i < length; i += Lanes.Count)
            a.X[x + i] = Exact.Div(a.X[x + i], size);
    }
}
