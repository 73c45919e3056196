// The ceiling of products of warpgroups: wgmma on factors that stay in local memory.   y [groups · 256]
// Two warpgroups of 64 × 256 sums, four products of 64 × 16 and 16 × 256 a step, as FastWideGemm.h's largest tile has
// them, without its copies. All elements are 1/8, so an item's sum is 128 · iterations, exactly for some iterations.
// Included once for each type: FAST(name), NARROW, TYPE, IS_BF16.

#define TILE_BYTES ((128 + 256) * SWIZZLED_ROW)

KERNEL GROUP_SIZE(256) void FAST(peak_wide)(int iterations, BUFFER(float, y))
{
    TILE_MEMORY(TILE_BYTES)
    int item = ITEM;
    ushort eighth = NARROW(0.125f);
    KEEP_LOOP
    for (int i = item; i < TILE_BYTES / 2; i += 256)
        ((LOCAL ushort*)tiles)[i] = eighth;
    FENCE_COPIES;
    BARRIER;
    float sums[128];
    UNROLL
    for (int e = 0; e < 128; e++)
        sums[e] = 0.0f;
    ulong left = describe(TILE_ADDRESS(item / WARPGROUP * (64 * SWIZZLED_ROW)));
    ulong right = describe(TILE_ADDRESS(128 * SWIZZLED_ROW));
    KEEP_LOOP
    for (int i = 0; i < iterations; i++)
    {
        FENCE_SUMS;
        UNROLL
        for (int k = 0; k < 4; k++)
            MULTIPLY_ADD_WIDE(sums, 256, left + 2 * k, right + 2 * k);
        COMMIT_PRODUCTS;
        WAIT_PRODUCTS(sums, 256, 1);
    }
    FINISH_PRODUCTS(sums, 256);
    float sum = 0.0f;
    UNROLL
    for (int e = 0; e < 128; e++)
        sum += sums[e];
    AT(y)[GROUP * 256 + item] = sum;
}

#undef TILE_BYTES
