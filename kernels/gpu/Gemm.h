// GEMM, f32, tiles of TILE_ROWS × TILE_COLUMNS.   y [T,F] = activation(x [T,K] · w [F,K]ᵀ + b [F]) + residual [T,F]
// Layout    x: row-major.  w: panels of 16 outputs, [F/16][K][16], stored f32, f16 or bf16 and widened exactly.
// Items     each computes ITEM_ROWS × ITEM_COLUMNS in groups of four rows and four columns, so that the reads of local
//           memory are whole vectors without bank conflicts. A warp is four items down and eight across, neighbours in
//           such an order that half a warp reads 128 different bytes at most.
// Local     x transposed and w, both twice: the next TILE_DEPTH of k is fetched while this one is multiplied.
// Order     k ascending, one chain for each output. The last part of k is shorter: a zero would turn a −0 into +0.
// Aliasing  y may be the residual: an element is read, then written, by the same item.
// Included once for each tile and stored type: NAME, STORED, STORED_4, WIDEN, TILE_ROWS, TILE_COLUMNS, ITEM_ROWS,
// ITEM_COLUMNS.

#define TILE_DEPTH 16
#define ITEMS_ACROSS (TILE_COLUMNS / ITEM_COLUMNS)
#define ITEMS_DOWN (TILE_ROWS / ITEM_ROWS)
#define TILE_ITEMS (ITEMS_ACROSS * ITEMS_DOWN)
#define X_QUADS (TILE_ROWS * TILE_DEPTH / 4 / TILE_ITEMS)
#define W_QUADS (TILE_COLUMNS * TILE_DEPTH / 4 / TILE_ITEMS)
// How much further in k an item's next four numbers are. A warp takes two times four of k from sixteen rows of x: whole
// sectors of memory, and 32 different banks when they are turned; four outputs of w, for each k a row of the tile.
#define X_STEP (TILE_ITEMS / (2 * TILE_ROWS) * 8)
#define W_STEP (TILE_ITEMS / (TILE_COLUMNS / 4))
#define ROW_OF(i) ((i) / 4 * (4 * ITEMS_DOWN) + down * 4 + (i) % 4)
#define COLUMN_OF(j) ((j) / 4 * (4 * ITEMS_ACROSS) + across * 4 + (j) % 4)
#define MULTIPLY(k) \
    { \
        float left[ITEM_ROWS], right[ITEM_COLUMNS]; \
        UNROLL \
        for (int i = 0; i < ITEM_ROWS; i += 4) \
        { \
            float4 four = LOAD4(&xs[now][k][ROW_OF(i)]); \
            left[i] = four.x; \
            left[i + 1] = four.y; \
            left[i + 2] = four.z; \
            left[i + 3] = four.w; \
        } \
        UNROLL \
        for (int j = 0; j < ITEM_COLUMNS; j += 4) \
        { \
            float4 four = LOAD4(&ws[now][k][COLUMN_OF(j)]); \
            right[j] = four.x; \
            right[j + 1] = four.y; \
            right[j + 2] = four.z; \
            right[j + 3] = four.w; \
        } \
        UNROLL \
        for (int i = 0; i < ITEM_ROWS; i++) \
            UNROLL \
            for (int j = 0; j < ITEM_COLUMNS; j++) \
                sums[i][j] = FMA(left[i], right[j], sums[i][j]); \
    }

#if TILE_ROWS == 128
KERNEL GROUP_SIZE_TIMES(TILE_ITEMS, 2) void NAME(
#else
KERNEL GROUP_SIZE(TILE_ITEMS) void NAME(
#endif
    BUFFER(const float, x), long x_stride, int x_aligned, int rows, BUFFER(const STORED, w), int inputs, int outputs,
    BUFFER(const float, bias), int has_bias, int activation,
    BUFFER(const float, residual), long residual_stride, int has_residual, BUFFER(float, y), long y_stride)
{
    LOCAL_ARRAY float xs[2][TILE_DEPTH][TILE_ROWS + 4];
    LOCAL_ARRAY float ws[2][TILE_DEPTH][TILE_COLUMNS];
    int item = ITEM;
    int lane = item % 32;
    int warp = item / 32;
    int down = warp / (ITEMS_ACROSS / 8) * 4 + lane / 2 % 2 + lane / 16 * 2;
    int across = warp % (ITEMS_ACROSS / 8) * 8 + lane % 2 + lane / 4 % 4 * 2;
    int blocks = (outputs + TILE_COLUMNS - 1) / TILE_COLUMNS;
    int first_row = GROUP / blocks * TILE_ROWS;
    int first_column = GROUP % blocks * TILE_COLUMNS;
    int padded = (outputs + 15) & ~15;
    int x_row = item / 2 % TILE_ROWS;
    int x_k = (item % 2 + item / (2 * TILE_ROWS) * 2) * 4;
    int w_column = item % (TILE_COLUMNS / 4) * 4;
    int w_k = item / (TILE_COLUMNS / 4);
    // For rows and columns that are not there the last ones are read; their sums are never written.
    int from_row = first_row + x_row < rows ? first_row + x_row : rows - 1;
    int from_column = first_column + w_column < padded ? first_column + w_column : padded - 4;
    GLOBAL const float* x_from = AT(x) + from_row * x_stride + x_k;
    GLOBAL const STORED* w_from = AT(w) + ((long)(from_column / 16) * inputs + w_k) * 16 + from_column % 16;
    float sums[ITEM_ROWS][ITEM_COLUMNS];
    float4 x_next[X_QUADS], w_next[W_QUADS];
    UNROLL
    for (int i = 0; i < ITEM_ROWS; i++)
        UNROLL
        for (int j = 0; j < ITEM_COLUMNS; j++)
            sums[i][j] = 0.0f;

    int whole = inputs / TILE_DEPTH;
    int depths = (inputs + TILE_DEPTH - 1) / TILE_DEPTH;
    for (int depth = -1; depth < depths; depth++)
    {
        int next = depth + 1;
        if (next < depths)
        {
            UNROLL
            for (int q = 0; q < W_QUADS; q++)
            {
                float4 value = (float4)(0.0f);
                if (next < whole || next * TILE_DEPTH + w_k + q * W_STEP < inputs)
                {
                    STORED_4 stored = LOAD4(w_from + q * W_STEP * 16);
                    value.x = WIDEN(stored.x);
                    value.y = WIDEN(stored.y);
                    value.z = WIDEN(stored.z);
                    value.w = WIDEN(stored.w);
                }
                w_next[q] = value;
            }
            if (x_aligned && next < whole)
            {
                UNROLL
                for (int q = 0; q < X_QUADS; q++)
                    x_next[q] = LOAD4(x_from + q * X_STEP);
            }
            else
            {
                UNROLL
                for (int q = 0; q < X_QUADS; q++)
                {
                    int k = next * TILE_DEPTH + x_k + q * X_STEP;
                    x_next[q].x = k < inputs ? x_from[q * X_STEP] : 0.0f;
                    x_next[q].y = k + 1 < inputs ? x_from[q * X_STEP + 1] : 0.0f;
                    x_next[q].z = k + 2 < inputs ? x_from[q * X_STEP + 2] : 0.0f;
                    x_next[q].w = k + 3 < inputs ? x_from[q * X_STEP + 3] : 0.0f;
                }
            }
            x_from += TILE_DEPTH;
            w_from += TILE_DEPTH * 16;
        }
        if (depth >= 0)
        {
            int now = depth & 1;
            if (depth < whole)
            {
                UNROLL
                for (int k = 0; k < TILE_DEPTH; k++)
                    MULTIPLY(k)
            }
            else
            {
                KEEP_LOOP
                for (int k = 0; k < inputs - whole * TILE_DEPTH; k++)
                    MULTIPLY(k)
            }
        }
        if (next < depths)
        {
            // Nobody reads this half of the local memory: the barrier behind the last step saw to that.
            int half_of = next & 1;
            UNROLL
            for (int q = 0; q < X_QUADS; q++)
            {
                xs[half_of][x_k + q * X_STEP][x_row] = x_next[q].x;
                xs[half_of][x_k + q * X_STEP + 1][x_row] = x_next[q].y;
                xs[half_of][x_k + q * X_STEP + 2][x_row] = x_next[q].z;
                xs[half_of][x_k + q * X_STEP + 3][x_row] = x_next[q].w;
            }
            UNROLL
            for (int q = 0; q < W_QUADS; q++)
                STORE4(w_next[q], &ws[half_of][w_k + q * W_STEP][w_column]);
        }
        BARRIER;
    }

    // Four outputs at a time in loops that stay loops: the activations are long, and sixty-four copies of them would
    // not fit into the cache of instructions. The sums are picked out of the registers by comparisons, a row first.
    int aligned = ((bias_first | residual_first | residual_stride | y_first | y_stride) & 3) == 0;
    KEEP_LOOP
    for (int i = 0; i < ITEM_ROWS; i++)
    {
        float picked[ITEM_COLUMNS];
        UNROLL
        for (int other = 0; other < ITEM_ROWS; other++)
        {
            UNROLL
            for (int j = 0; j < ITEM_COLUMNS; j++)
                picked[j] = other == 0 || other == i ? sums[other][j] : picked[j];
        }
        int row = first_row + ROW_OF(i);
        if (row >= rows)
            continue;
        KEEP_LOOP
        for (int j = 0; j < ITEM_COLUMNS; j += 4)
        {
            float values[4], others[4];
            UNROLL
            for (int e = 0; e < 4; e++)
                values[e] = j == 0 ? picked[e] : picked[ITEM_COLUMNS - 4 + e];
            int column = first_column + COLUMN_OF(j);
            int count = outputs - column < 4 ? outputs - column : 4;
            if (count <= 0)
                continue;
            if (has_bias)
            {
                read_four(AT(bias) + column, count, aligned, others);
                UNROLL
                for (int e = 0; e < 4; e++)
                    values[e] = values[e] + others[e];
            }
            activate_four_f32(activation, values);
            if (has_residual)
            {
                read_four(AT(residual) + row * residual_stride + column, count, aligned, others);
                UNROLL
                for (int e = 0; e < 4; e++)
                    values[e] = values[e] + others[e];
            }
            write_four(AT(y) + row * y_stride + column, count, aligned, values);
        }
    }
}

#undef TILE_DEPTH
#undef ITEMS_ACROSS
#undef ITEMS_DOWN
#undef TILE_ITEMS
#undef X_QUADS
#undef W_QUADS
#undef X_STEP
#undef W_STEP
#undef MULTIPLY
#undef ROW_OF
#undef COLUMN_OF
