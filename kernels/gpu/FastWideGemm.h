// GEMM by products of warpgroups: 16-bit floats in, f32 sums.   y [T,F] = activation(x · wᵀ + b) + residual
// Layout    FastProduct.h: as FastGemm.h takes it.
// Group     a tile of TILE_ROWS × TILE_COLUMNS, a warpgroup for every 64 rows with all of the columns; 64 of k at a
//           time.
// Local     STAGES tiles of x and w, swizzled as Warpgroup.h says, copied while earlier ones are multiplied: a step's
//           products run while those of the step before are waited for, and then its tiles are free.
// Order     k ascending in steps of 16, one chain of products for each output, whatever the tile: so the same bits in
//           any batch. Within a step the order is the device's own; that it is the same for all tiles is measured when
//           the kernels are chosen.
// Aliasing  y may be the residual: an element is read, then written, by the same item.
// Bound     compute; never measured.
// Included once for each tile and type: NAME, TILE_ROWS, TILE_COLUMNS, STAGES, TYPE, IS_BF16, PACK, NARROW.

#define TILE_DEPTH 64
#define PIECES (TILE_DEPTH / 8)
#define TILE_ITEMS (TILE_ROWS / 64 * WARPGROUP)
#define STAGE_BYTES ((TILE_ROWS + TILE_COLUMNS) * SWIZZLED_ROW)
#define TILE_BYTES (STAGES * STAGE_BYTES)
#define WARP_COLUMNS TILE_COLUMNS
#define DOWN 1
#define ACROSS (TILE_COLUMNS / 8)

KERNEL GROUP_SIZE(TILE_ITEMS) void NAME(PRODUCT_PARAMETERS)
{
    TILE_MEMORY(TILE_BYTES)
    int item = ITEM;
    int lane = item % WARP;
    int warp_row = item / WARP * 16;
    int warp_column = 0;
    PRODUCT_PLACE

    float sums[DOWN][ACROSS][4];
    UNROLL
    for (int j = 0; j < ACROSS; j++)
        UNROLL
        for (int e = 0; e < 4; e++)
            sums[0][j][e] = 0.0f;

    int steps = (inputs + TILE_DEPTH - 1) / TILE_DEPTH;
    for (int step = 2 - STAGES; step < steps; step++)
    {
        if (step >= 0)
        {
            // This step's tiles have come for all, and nobody multiplies those of the last step but one any more.
            COPY_ARRIVE(STAGES - 3);
            FENCE_COPIES;
            BARRIER;
            int stage = step % STAGES * STAGE_BYTES;
            ulong left = describe(TILE_ADDRESS(stage + item / WARPGROUP * (64 * SWIZZLED_ROW)));
            ulong right = describe(TILE_ADDRESS(stage + TILE_ROWS * SWIZZLED_ROW));
            FENCE_SUMS;
            // 16 of k are 32 bytes, which a descriptor counts in sixteens.
            UNROLL
            for (int k = 0; k < TILE_DEPTH / 16; k++)
                MULTIPLY_ADD_WIDE(sums[0][0], TILE_COLUMNS, left + 2 * k, right + 2 * k);
            COMMIT_PRODUCTS;
        }
        int next = step + STAGES - 2;
        if (next < steps)
        {
            LOCAL uchar* xs = tiles + next % STAGES * STAGE_BYTES;
            LOCAL uchar* ws = xs + TILE_ROWS * SWIZZLED_ROW;
            int k = next * TILE_DEPTH + item % PIECES * 8;
            UNROLL
            for (int i = item / PIECES; i < TILE_ROWS; i += TILE_ITEMS / PIECES)
            {
                GLOBAL const ushort* from = AT(x) + (first_row + i) * x_stride + k;
                LOCAL ushort* to = (LOCAL ushort*)(xs + SWIZZLED(i, item % PIECES));
                int there = first_row + i < rows && k < inputs;
                if (x_aligned)
                    COPY_ASYNC(to, there ? from : AT(x), there ? 16 : 0);
                else
                    KEEP_LOOP
                    for (int e = 0; e < 8; e++)
                        to[e] = there && k + e < inputs ? from[e] : (ushort)0;
            }
            UNROLL
            for (int i = item / PIECES; i < TILE_COLUMNS; i += TILE_ITEMS / PIECES)
            {
                int there = first_column + i < outputs && k < padded_inputs;
                COPY_ASYNC((LOCAL ushort*)(ws + SWIZZLED(i, item % PIECES)),
                    AT(w) + (there ? (long)(first_column + i) * padded_inputs + k : 0), there ? 16 : 0);
            }
        }
        COPY_COMMIT;
        if (step >= 0)
            WAIT_PRODUCTS(sums[0][0], TILE_COLUMNS, 1);
    }
    FINISH_PRODUCTS(sums[0][0], TILE_COLUMNS);
    COPY_WAIT(0);
    BARRIER;

#include "FastEpilogue.h"
}

#undef TILE_DEPTH
#undef PIECES
#undef TILE_ITEMS
#undef STAGE_BYTES
#undef TILE_BYTES
#undef WARP_COLUMNS
#undef DOWN
#undef ACROSS
