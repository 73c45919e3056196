// GEMM on tensor cores: 16-bit floats in, f32 sums.   y [T,F] = activation(x [T,K] · w [F,K]ᵀ + b [F]) + residual [T,F]
// Layout    x: row-major, 16 bits.  w: row-major, 16 bits, rows of padded_inputs (a multiple of 8, zeros behind K).
//           y: 16 bits, and f32 too where it is not narrow.  b and residual: f32.
// Group     a tile of TILE_ROWS × TILE_COLUMNS by WARPS_DOWN × WARPS_ACROSS warps, TILE_DEPTH of k at a time.
// Local     STAGES tiles of x and w, copied while earlier ones are multiplied; rows of four pieces of 16 bytes, piece c
//           of row r at place c ^ (r / 2 % 4), so that the eight rows of a matrix lie in different banks.
// Order     k ascending in steps of 16, one chain of products for each output, whatever the tile: so the same bits in
//           any batch. Within a step the order is the device's own.
// Aliasing  y may be the residual: an element is read, then written, by the same item.
// Included once for each tile and type: NAME, TILE_ROWS, TILE_COLUMNS, WARPS_DOWN, WARPS_ACROSS, STAGES, MULTIPLY_ADD,
// PACK, NARROW.

#define TILE_DEPTH 32
#define PIECES (TILE_DEPTH / 8)
#define TILE_ITEMS (WARP * WARPS_DOWN * WARPS_ACROSS)
#define WARP_ROWS (TILE_ROWS / WARPS_DOWN)
#define WARP_COLUMNS (TILE_COLUMNS / WARPS_ACROSS)
#define DOWN (WARP_ROWS / 16)
#define ACROSS (WARP_COLUMNS / 8)
#define PLACE(row, piece) (((row) * PIECES + ((piece) ^ ((row) / 2 % PIECES))) * 8)
#define STAGE_SIZE ((TILE_ROWS + TILE_COLUMNS) * TILE_DEPTH)

KERNEL GROUP_SIZE(TILE_ITEMS) void NAME(PRODUCT_PARAMETERS)
{
    LOCAL_ARRAY ushort tiles[STAGES * STAGE_SIZE];
    WARP_MEMORY(TILE_ITEMS)
    int item = ITEM;
    int lane = item % WARP;
    int warp_row = item / WARP / WARPS_ACROSS * WARP_ROWS;
    int warp_column = item / WARP % WARPS_ACROSS * WARP_COLUMNS;
    PRODUCT_PLACE

    float sums[DOWN][ACROSS][4];
    UNROLL
    for (int i = 0; i < DOWN; i++)
        UNROLL
        for (int j = 0; j < ACROSS; j++)
            UNROLL
            for (int e = 0; e < 4; e++)
                sums[i][j][e] = 0.0f;

    int steps = (inputs + TILE_DEPTH - 1) / TILE_DEPTH;
    for (int step = 1 - STAGES; step < steps; step++)
    {
        if (step >= 0)
        {
            // This step's tiles have come, and nobody reads those of the step before any more.
            COPY_WAIT(STAGES - 2);
            BARRIER;
        }
        int next = step + STAGES - 1;
        if (next < steps)
        {
            LOCAL ushort* xs = tiles + next % STAGES * STAGE_SIZE;
            LOCAL ushort* ws = xs + TILE_ROWS * TILE_DEPTH;
            for (int i = item; i < TILE_ROWS * PIECES; i += TILE_ITEMS)
            {
                int row = first_row + i / PIECES;
                int k = next * TILE_DEPTH + i % PIECES * 8;
                GLOBAL const ushort* from = AT(x) + row * x_stride + k;
                LOCAL ushort* to = xs + PLACE(i / PIECES, i % PIECES);
                int there = row < rows && k < inputs;
                if (x_aligned)
                    COPY_ASYNC(to, there ? from : AT(x), there ? 16 : 0);
                else
                    KEEP_LOOP
                    for (int e = 0; e < 8; e++)
                        to[e] = row < rows && k + e < inputs ? from[e] : (ushort)0;
            }
            for (int i = item; i < TILE_COLUMNS * PIECES; i += TILE_ITEMS)
            {
                int column = first_column + i / PIECES;
                int k = next * TILE_DEPTH + i % PIECES * 8;
                int there = column < outputs && k < padded_inputs;
                COPY_ASYNC(ws + PLACE(i / PIECES, i % PIECES), AT(w) + (there ? (long)column * padded_inputs + k : 0),
                    there ? 16 : 0);
            }
        }
        COPY_COMMIT;
        if (step < 0)
            continue;
        LOCAL const ushort* xs = tiles + step % STAGES * STAGE_SIZE;
        LOCAL const ushort* ws = xs + TILE_ROWS * TILE_DEPTH;
        UNROLL
        for (int piece = 0; piece < PIECES; piece += 2)
        {
            uint left[DOWN][4], right[ACROSS / 2][4];
            UNROLL
            for (int i = 0; i < DOWN; i++)
                LOAD_MATRICES(left[i], xs, PLACE(warp_row + 16 * i + lane % 16, piece + lane / 16));
            UNROLL
            for (int j = 0; j < ACROSS / 2; j++)
                LOAD_MATRICES(right[j], ws,
                    PLACE(warp_column + 16 * j + lane / 16 * 8 + lane % 8, piece + lane / 8 % 2));
            UNROLL
            for (int i = 0; i < DOWN; i++)
                UNROLL
                for (int j = 0; j < ACROSS; j++)
                    MULTIPLY_ADD(sums[i][j], left[i], right[j / 2] + j % 2 * 2);
        }
    }
    COPY_WAIT(0);
    BARRIER;

#include "FastEpilogue.h"
}

#undef TILE_DEPTH
#undef PIECES
#undef TILE_ITEMS
#undef WARP_ROWS
#undef WARP_COLUMNS
#undef DOWN
#undef ACROSS
#undef PLACE
#undef STAGE_SIZE
