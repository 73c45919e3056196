// What all product kernels have in common: parameters, and what comes after the sums.
//           y [T,F] = activation(x [T,K] · w [F,K]ᵀ + b [F]) + residual [T,F]
// Order     sum, + bias, activation, + residual.
// Aliasing  y may be the residual: an element is read, then written, by the same item.
using ILGPU;

namespace Sextant.Ilgpu.Kernels;

internal struct GemmArguments<TOne, TFour> : IKernelArguments<GemmArguments<TOne, TFour>>
    where TOne : unmanaged
    where TFour : unmanaged
{
    public ArrayView<float> X;
    public long XStride;
    public int XAligned, Rows;
    public ArrayView<TFour> W;
    public int Inputs, Outputs;
    public ArrayView<float> Bias;
    public int HasBias, Activation;
    public ArrayView<float> Residual;
    public long ResidualStride;
    public int HasResidual;
    public ArrayView<float> Y;
    public long YStride;

    public static GemmArguments<TOne, TFour> Read(ref ArgumentReader from) => new()
    {
        X = from.View<float>(),
        XStride = from.Long(),
        XAligned = from.Int(),
        Rows = from.Int(),
        W = from.View<TFour, TOne>(),
        Inputs = from.Int(),
        Outputs = from.Int(),
        Bias = from.View<float>(),
        HasBias = from.Int(),
        Activation = from.Int(),
        Residual = from.View<float>(),
        ResidualStride = from.Long(),
        HasResidual = from.Int(),
        Y = from.View<float>(),
        YStride = from.Long(),
    };
}

internal static class GemmEpilogue
{
    /// <summary>Finishes four outputs next to each other, of which those after the last are dropped.</summary>
    public static void Write<TOne, TFour>(GemmArguments<TOne, TFour> a, int row, int column, Float4 sums)
        where TOne : unmanaged
        where TFour : unmanaged
    {
        int count = a.Outputs - column;
        if (a.HasBias != 0)
        {
            sums.X = Exact.Add(sums.X, a.Bias[column]);
            sums.Y = count > 1 ? Exact.Add(sums.Y, a.Bias[column + 1]) : 0f;
            sums.Z = count > 2 ? Exact.Add(sums.Z, a.Bias[column + 2]) : 0f;
            sums.W = count > 3 ? Exact.Add(sums.W, a.Bias[column + 3]) : 0f;
        }
        sums = Elementary.Activate(a.Activation, sums);
        long y = (row * a.YStride) + column;
        long other = (row * a.ResidualStride) + column;
        a.Y[y] = Added(a, other, sums.X);
        if (count > 1)
            a.Y[y + 1] = Added(a, other + 1, sums.Y);
        if (count > 2)
            a.Y[y + 2] = Added(a, other + 2, sums.Z);
        if (count > 3)
            a.Y[y + 3] = Added(a, other + 3, sums.W);
    }

    private static float Added<TOne, TFour>(GemmArguments<TOne, TFour> a, long residual, float value)
        where TOne : unmanaged
        where TFour : unmanaged
    {
        if (a.HasResidual != 0)
            value = Exact.Add(value, a.Residual[residual]);
        return value;
    }
}
