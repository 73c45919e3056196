// The ceiling of products of warps: mma.sync on factors that stay in registers.   y [groups · 128]
// A factor's element is (row + 1) / 32 or (column + 1) / 32, so that all sums are exact for some iterations and what
// came out can be told: an item's sum is 112 + iterations · (2g + 10)(4t + 3) / 8 (Warp.h's g and t).
// Eight chains hide the latency of the operation; each begins with another value, so that none can be left out.
// Included once for each type.

#define PEAK_CHAINS_OF_WARP 8

KERNEL GROUP_SIZE(128) void FAST(peak_mma)(int iterations, BUFFER(float, y))
{
    int item = ITEM;
    WARP_MEMORY(128)
    // Of the first factor an item holds rows g and g + 8, of the second column g; all k of them are alike.
    float low = (float)(item % WARP / 4 + 1) * 0.03125f;
    float high = (float)(item % WARP / 4 + 9) * 0.03125f;
    uint a[4] = {PACK(low, low), PACK(high, high), PACK(low, low), PACK(high, high)};
    uint b[2] = {PACK(low, low), PACK(low, low)};
    float sums[PEAK_CHAINS_OF_WARP][4];
    UNROLL
    for (int j = 0; j < PEAK_CHAINS_OF_WARP; j++)
        UNROLL
        for (int e = 0; e < 4; e++)
            sums[j][e] = (float)j;
    KEEP_LOOP
    for (int i = 0; i < iterations; i++)
    {
        UNROLL
        for (int j = 0; j < PEAK_CHAINS_OF_WARP; j++)
            MULTIPLY_ADD(sums[j], a, b);
    }
    float sum = 0.0f;
    UNROLL
    for (int j = 0; j < PEAK_CHAINS_OF_WARP; j++)
        sum += (sums[j][0] + sums[j][1]) + (sums[j][2] + sums[j][3]);
    AT(y)[GROUP * 128 + item] = sum;
}

#undef PEAK_CHAINS_OF_WARP
