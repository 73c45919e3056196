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
#define BAND 8                                              // blocks of rows that share the weights in the cache
#define SLICE_STRIDE (WARP_COLUMNS + 4)

KERNEL GROUP_SIZE(TILE_ITEMS) void NAME(
    BUFFER(const ushort, x), long x_stride, int x_aligned, int rows, BUFFER(const ushort, w), int padded_inputs,
    int inputs, int outputs, BUFFER(const float, bias), int has_bias, int activation,
    BUFFER(const float, residual), long residual_stride, int has_residual,
    BUFFER(float, y), BUFFER(ushort, y16), long y_stride, int y_narrow, int y_aligned)
{
    LOCAL_ARRAY ushort tiles[STAGES * STAGE_SIZE];
    WARP_MEMORY(TILE_ITEMS)
    int item = ITEM;
    int lane = item % WARP;
    int warp_row = item / WARP / WARPS_ACROSS * WARP_ROWS;
    int warp_column = item / WARP % WARPS_ACROSS * WARP_COLUMNS;
    int blocks_down = (rows + TILE_ROWS - 1) / TILE_ROWS;
    int blocks_across = (outputs + TILE_COLUMNS - 1) / TILE_COLUMNS;
    int band = GROUP / (BAND * blocks_across);
    int band_rows = blocks_down - band * BAND < BAND ? blocks_down - band * BAND : BAND;
    int in_band = GROUP - band * BAND * blocks_across;
    int first_row = (band * BAND + in_band % band_rows) * TILE_ROWS;
    int first_column = in_band / band_rows * TILE_COLUMNS;

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
                LOAD_MATRICES(right[j], ws, PLACE(warp_column + 16 * j + lane / 16 * 8 + lane % 8, piece + lane / 8 % 2));
            UNROLL
            for (int i = 0; i < DOWN; i++)
                UNROLL
                for (int j = 0; j < ACROSS; j++)
                    MULTIPLY_ADD(sums[i][j], left[i], right[j / 2] + j % 2 * 2);
        }
    }
    COPY_WAIT(0);
    BARRIER;

    // Sixteen rows at a time go through local memory, so that an item has four neighbours in a row, and one copy of the
    // activations serves all sums. The loop stays a loop: the rows are picked out of the registers by comparisons.
    LOCAL float* slice = (LOCAL float*)tiles + item / WARP * (16 * SLICE_STRIDE);
#pragma unroll 1
    for (int i = 0; i < DOWN; i++)
    {
        UNROLL
        for (int j = 0; j < ACROSS; j++)
        {
            float values[4];
            UNROLL
            for (int other = 0; other < DOWN; other++)
                UNROLL
                for (int e = 0; e < 4; e++)
                    values[e] = other == 0 || other == i ? sums[other][j][e] : values[e];
            UNROLL
            for (int e = 0; e < 4; e++)
                slice[(lane / 4 + e / 2 * 8) * SLICE_STRIDE + 8 * j + lane % 4 * 2 + e % 2] = values[e];
        }
        SYNC_WARP;
#pragma unroll 1
        for (int place = lane * 4; place < 16 * WARP_COLUMNS; place += WARP * 4)
        {
            int row = first_row + warp_row + 16 * i + place / WARP_COLUMNS;
            int column = first_column + warp_column + place % WARP_COLUMNS;
            float4 four = LOAD4(slice + place / WARP_COLUMNS * SLICE_STRIDE + place % WARP_COLUMNS);
            float values[4] = { four.x, four.y, four.z, four.w };
            int count = row >= rows ? 0 : outputs - column < 4 ? outputs - column : 4;
            KEEP_LOOP
            for (int e = 0; e < count; e++)
            {
                float value = values[0];
                UNROLL
                for (int other = 1; other < 4; other++)
                    value = other == e ? values[other] : value;
                if (has_bias)
                    value = value + AT(bias)[column + e];
                value = activate_fast(activation, value);
                if (has_residual)
                    value = value + AT(residual)[row * residual_stride + column + e];
                UNROLL
                for (int other = 0; other < 4; other++)
                    values[other] = other == e ? value : values[other];
            }
            long at = row * y_stride + column;
            if (count == 4 && y_aligned)
            {
                GLOBAL uint* narrow = (GLOBAL uint*)(AT(y16) + at);
                narrow[0] = PACK(values[0], values[1]);
                narrow[1] = PACK(values[2], values[3]);
                if (!y_narrow)
                {
                    four.x = values[0];
                    four.y = values[1];
                    four.z = values[2];
                    four.w = values[3];
                    STORE4(four, AT(y) + at);
                }
            }
            else
            {
                UNROLL
                for (int e = 0; e < 4; e++)
                {
                    if (e < count)
                    {
                        AT(y16)[at + e] = NARROW(values[e]);
                        if (!y_narrow)
                            AT(y)[at + e] = values[e];
                    }
                }
            }
        }
        SYNC_WARP;
    }
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
#undef BAND
#undef SLICE_STRIDE
