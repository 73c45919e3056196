using Sextant.Kernels;

namespace Sextant.Search;

/// <summary>Scaling to length one for the cosine, also of vectors whose squares do not fit binary32.</summary>
/// <remarks>
/// The kernel is that of a model's last step, which divides by 1e-12 at least and overflows above 2⁶⁴. A vector whose
/// largest value is not within 2⁻³⁰ … 2⁵⁰ is brought to 1 … 2 first, by a power of two, which is exact; all others have
/// the kernel's bits. A vector of zeros stays one (kernels/NUMERICS.md).
/// </remarks>
internal static unsafe class UnitLength
{
    private const float Smallest = 1f / (1 << 30), Largest = 1L << 50;

    /// <summary>Scales a vector in place.</summary>
    public static void Scale(float* x, int n, NormalizeKernel normalize)
    {
        float largest = 0;
        for (int i = 0; i < n; i++)
            largest = Math.Max(largest, Math.Abs(x[i]));
        if (largest == 0)
            return;
        if (largest is < Smallest or > Largest)
        {
            int exponent = -Math.ILogB(largest);
            for (int i = 0; i < n; i++)
                x[i] = (float)Math.ScaleB((double)x[i], exponent);
        }
        normalize(x, n);
    }
}
