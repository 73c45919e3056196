// Sums and maxima over the 32 lanes of a row, as kernels/NUMERICS.md orders them. Groups have LANES items for each row.

#define LANES 32

#ifdef __OPENCL_C_VERSION__

// Every item of the group calls it; lanes is local memory of LANES floats for this row.
DEVICE float fold_sum(float value, int lane, LOCAL float* lanes)
{
    lanes[lane] = value;
    BARRIER;
    for (int stride = LANES / 2; stride > 0; stride >>= 1)
    {
        if (lane < stride)
            lanes[lane] = lanes[lane] + lanes[lane + stride];
        BARRIER;
    }
    float sum = lanes[0];
    BARRIER;
    return sum;
}

DEVICE float fold_max(float value, int lane, LOCAL float* lanes)
{
    lanes[lane] = value;
    BARRIER;
    for (int stride = LANES / 2; stride > 0; stride >>= 1)
    {
        if (lane < stride)
            lanes[lane] = lanes[lane] > lanes[lane + stride] ? lanes[lane] : lanes[lane + stride];
        BARRIER;
    }
    float most = lanes[0];
    BARRIER;
    return most;
}

#else

// A row is a warp. Lanes from the stride on hold what nobody uses; lane 0 is the sum.
DEVICE float fold_sum(float value, int lane, float* lanes)
{
#pragma unroll
    for (int stride = LANES / 2; stride > 0; stride >>= 1)
        value = value + __nvvm_shfl_sync_down_f32(-1, value, stride, 31);
    return __nvvm_shfl_sync_idx_f32(-1, value, 0, 31);
}

DEVICE float fold_max(float value, int lane, float* lanes)
{
#pragma unroll
    for (int stride = LANES / 2; stride > 0; stride >>= 1)
    {
        float higher = __nvvm_shfl_sync_down_f32(-1, value, stride, 31);
        value = value > higher ? value : higher;
    }
    return __nvvm_shfl_sync_idx_f32(-1, value, 0, 31);
}

#endif
