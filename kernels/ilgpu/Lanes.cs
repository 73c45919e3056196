using ILGPU;

namespace Sextant.Ilgpu.Kernels;

/// <summary>
/// Sums over the 32 lanes of a row, as kernels/NUMERICS.md orders them. Lanes meet in shared memory, not in a warp:
/// OpenCL devices need not have warps.
/// </summary>
internal static class Lanes
{
    public const int Count = 32;

    /// <summary>The sum of the row's lanes, for each item. Every item of the group calls it.</summary>
    /// <param name="value">Of this lane.</param>
    /// <param name="lane">Which.</param>
    /// <param name="lanes">Shared memory of all rows of the group.</param>
    /// <param name="first">Where those of this row begin.</param>
    public static float Sum(float value, int lane, ArrayView<float> lanes, int first)
    {
        lanes[first + lane] = value;
        Group.Barrier();
        for (int stride = Count / 2; stride > 0; stride >>= 1)
        {
            if (lane < stride)
                lanes[first + lane] = Exact.Add(lanes[first + lane], lanes[first + lane + stride]);
            Group.Barrier();
        }
        float sum = lanes[first];
        Group.Barrier();
        return sum;
    }
}
