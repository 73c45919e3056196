namespace Sextant.Kernels.Pool;

/// <summary>The specification of the poolings.</summary>
internal static unsafe class PoolReference
{
    public static void Run(in PoolArguments a)
    {
        a.AssertValid();
        for (int i = 0; i < a.Columns; i++)
            a.Y[i] = Column(a, i);
    }

    public static float Column(in PoolArguments a, int i)
    {
        if (a.Kind == PoolKind.Cls)
            return a.X[i];
        if (a.Kind == PoolKind.LastToken)
            return a.X[(nint)(a.Rows - 1) * a.Columns + i];
        float value = a.Kind == PoolKind.Max ? a.X[(nint)a.Skip * a.Columns + i] : 0f;
        for (int t = a.Skip; t < a.Rows; t++)
        {
            float x = a.X[(nint)t * a.Columns + i];
            value = a.Kind switch
            {
                PoolKind.Max => value > x ? value : x,
                PoolKind.WeightedMean => MathF.FusedMultiplyAdd(t + 1, x, value),
                _ => value + x,
            };
        }
        return a.Kind == PoolKind.Max ? value : value / a.Divisor;
    }
}
