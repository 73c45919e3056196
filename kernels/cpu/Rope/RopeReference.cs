namespace Sextant.Kernels.Rope;

/// <summary>The specification of rotary positions.</summary>
internal static unsafe class RopeReference
{
    public static void Run(in RopeArguments a)
    {
        a.AssertValid();
        for (int row = 0; row < a.Rows; row++)
        {
            float* cosines = a.Table + (nint)a.Positions[row] * a.Rotated;
            for (int head = 0; head < a.Heads; head++)
                Turn(a.X + row * a.Stride + (nint)head * a.HeadSize, cosines, a.Rotated / 2, 0);
        }
    }

    /// <summary>Turns the pairs from <paramref name="first"/> on.</summary>
    public static void Turn(float* x, float* cosines, int half, int first)
    {
        for (int i = first; i < half; i++)
        {
            float c = cosines[i];
            float s = cosines[half + i];
            float low = x[i];
            float high = x[half + i];
            x[i] = MathF.FusedMultiplyAdd(0f - s, high, low * c);
            x[half + i] = MathF.FusedMultiplyAdd(s, low, high * c);
        }
    }
}
