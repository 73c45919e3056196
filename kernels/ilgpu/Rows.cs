// Element-wise ops on rows: accumulate, copy, gate, rotate; one item for each element.   Bound: memory.
// Groups    256 items; elements are counted by 64 bits.
// Aliasing  Gate and Rope work in place.
using ILGPU;

namespace Sextant.Ilgpu.Kernels;

internal struct AccumulateArguments : IKernelArguments<AccumulateArguments>
{
    public ArrayView<float> X;
    public long XStride;
    public int Rows, Columns;
    public float Divisor;
    public ArrayView<float> Y;
    public long YStride;

    public static AccumulateArguments Read(ref ArgumentReader from) => new()
    {
        X = from.View<float>(),
        XStride = from.Long(),
        Rows = from.Int(),
        Columns = from.Int(),
        Divisor = from.Float(),
        Y = from.View<float>(),
        YStride = from.Long(),
    };
}

internal struct CopyArguments : IKernelArguments<CopyArguments>
{
    public ArrayView<float> X;
    public long XStride;
    public int Rows, Columns;
    public ArrayView<float> Y;
    public long YStride;

    public static CopyArguments Read(ref ArgumentReader from) => new()
    {
        X = from.View<float>(),
        XStride = from.Long(),
        Rows = from.Int(),
        Columns = from.Int(),
        Y = from.View<float>(),
        YStride = from.Long(),
    };
}

internal struct GateArguments : IKernelArguments<GateArguments>
{
    public ArrayView<float> X;
    public long XStride;
    public int Rows, Columns, Activation;

    public static GateArguments Read(ref ArgumentReader from) => new()
    {
        X = from.View<float>(),
        XStride = from.Long(),
        Rows = from.Int(),
        Columns = from.Int(),
        Activation = from.Int(),
    };
}

internal struct RopeArguments : IKernelArguments<RopeArguments>
{
    public ArrayView<float> X;
    public long XStride;
    public int Rows, Heads, Size, Half;
    public ArrayView<int> Positions;
    public ArrayView<float> Table;

    public static RopeArguments Read(ref ArgumentReader from) => new()
    {
        X = from.View<float>(),
        XStride = from.Long(),
        Rows = from.Int(),
        Heads = from.Int(),
        Size = from.Int(),
        Half = from.Int(),
        Positions = from.View<int>(),
        Table = from.View<float>(),
    };
}

internal static class Rows
{
    public static void Accumulate(AccumulateArguments a)
    {
        long element = ((long)Grid.IdxX * 256) + Group.IdxX;
        if (element >= (long)a.Rows * a.Columns)
            return;
        long row = element / a.Columns;
        long column = element % a.Columns;
        long y = (row * a.YStride) + column;
        a.Y[y] = Exact.Div(Exact.Add(a.Y[y], a.X[(row * a.XStride) + column]), a.Divisor);
    }

    public static void Copy(CopyArguments a)
    {
        long element = ((long)Grid.IdxX * 256) + Group.IdxX;
        if (element >= (long)a.Rows * a.Columns)
            return;
        long row = element / a.Columns;
        long column = element % a.Columns;
        a.Y[(row * a.YStride) + column] = a.X[(row * a.XStride) + column];
    }

    /// <summary>The first half of each row becomes activation(first half) · second half.</summary>
    public static void Gate(GateArguments a)
    {
        long element = ((long)Grid.IdxX * 256) + Group.IdxX;
        if (element >= (long)a.Rows * a.Columns)
            return;
        long at = (element / a.Columns * a.XStride) + (element % a.Columns);
        a.X[at] = Exact.Mul(Elementary.Activate(a.Activation, a.X[at]), a.X[at + a.Columns]);
    }

    /// <summary>Turns element i of each head with element i + half: the table holds cosines, then sines.</summary>
    public static void Rope(RopeArguments a)
    {
        long element = ((long)Grid.IdxX * 256) + Group.IdxX;
        if (element >= (long)a.Rows * a.Heads * a.Half)
            return;
        int i = (int)(element % a.Half);
        int head = (int)(element / a.Half % a.Heads);
        long row = element / a.Half / a.Heads;
        long turn = ((long)a.Positions[row] * 2 * a.Half) + i;
        long at = (row * a.XStride) + ((long)head * a.Size) + i;
        float c = a.Table[turn];
        float s = a.Table[turn + a.Half];
        float low = a.X[at];
        float high = a.X[at + a.Half];
        a.X[at] = Exact.Fma(Exact.Sub(0f, s), high, Exact.Mul(low, c));
        a.X[at + a.Half] = Exact.Fma(s, low, Exact.Mul(high, c));
    }
}
