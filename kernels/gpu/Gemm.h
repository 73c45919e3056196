// GEMM, f32, tiles of TILE_ROWS × TILE_COLUMNS.   y [T,F] = activation(x [T,K] · w [F,K]ᵀ + b [F]) + residual [T,F]
// Layout    x: row-major.  w: panels of 16 outputs, [F/16][K][16], stored f32, f16 or bf16 and widened exactly.
// Items     each computes ITEM_ROWS × ITEM_COLUMNS in groups of four rows and four columns, so that the reads of local
//           memory are whole vectors without bank conflicts.
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
#define ROW_OF(i) ((i) / 4 * (4 * ITEMS_DOWN) + down * 4 + (i) % 4)
#define COLUMN_OF(j) ((j) / 4 * (4 * ITEMS_ACROSS) + across * 4 + (j) % 4)

KERNEL GROUP_SIZE(TILE_ITEMS) void NAME(
    BUFFER(const float, x), long x_stride, int x_aligned, int rows, BUFFER(const STORED, w), int inputs, int outputs,
    BUFFER(const float, bias), int has_bias, int activation,
    BUFFER(const float, residual), long residual_stride, int has_residual, BUFFER(float, y), long y_stride)
{
    LOCAL_ARRAY float xs[2][TILE_DEPTH][TILE_ROWS + 4];
    LOCAL_ARRAY float ws[2][TILE_DEPTH][TILE_COLUMNS];
    int item = ITEM;
    int down = item / ITEMS_ACROSS;
    int across = item % ITEMS_ACROSS;
    int blocks = (outputs + TILE_COLUMNS - 1) / TILE_COLUMNS;
    int first_row = GROUP / blocks * TILE_ROWS;
    int first_column = GROUP % blocks * TILE_COLUMNS;
    int padded = (outputs + 15) & ~15;
    float sums[ITEM_ROWS][ITEM_COLUMNS];
    float4 x_next[X_QUADS], w_next[W_QUADS];
    UNROLL
    for (int i = 0; i < ITEM_ROWS; i++)
        UNROLL
        for (int j = 0; j < ITEM_COLUMNS; j++)
            sums[i][j] = 0.0f;

    int depths = (inputs + TILE_DEPTH - 1) / TILE_DEPTH;
    for (int depth = -1; depth < depths; depth++)
    {
        int next = depth + 1;
        if (next < depths)
        {
            UNROLL
            for (int q = 0; q < X_QUADS; q++)
            {
                int quad = item + q * TILE_ITEMS;
                int row = first_row + quad / (TILE_DEPTH / 4);
                int k = next * TILE_DEPTH + quad % (TILE_DEPTH / 4) * 4;
                float4 value = (float4)(0.0f);
                if (row < rows && k < inputs)
                {
                    GLOBAL const float* from = AT(x) + row * x_stride + k;
                    if (x_aligned)
                        value = LOAD4(from);
                    else
                    {
                        value.x = from[0];
                        if (k + 1 < inputs)
                            value.y = from[1];
                        if (k + 2 < inputs)
                            value.z = from[2];
                        if (k + 3 < inputs)
                            value.w = from[3];
                    }
                }
                x_next[q] = value;
            }
            UNROLL
            for (int q = 0; q < W_QUADS; q++)
            {
                int quad = item + q * TILE_ITEMS;
                int column = first_column + quad % (TILE_COLUMNS / 4) * 4;
                int k = next * TILE_DEPTH + quad / (TILE_COLUMNS / 4);
                float4 value = (float4)(0.0f);
                if (column < padded && k < inputs)
                {
                    GLOBAL const STORED* from = AT(w) + ((long)(column / 16) * inputs + k) * 16 + column % 16;
                    STORED_4 stored = LOAD4(from);
                    value.x = WIDEN(stored.x);
                    value.y = WIDEN(stored.y);
                    value.z = WIDEN(stored.z);
                    value.w = WIDEN(stored.w);
                }
                w_next[q] = value;
            }
        }
        if (depth >= 0)
        {
            int now = depth & 1;
            int steps = inputs - depth * TILE_DEPTH;
            steps = steps < TILE_DEPTH ? steps : TILE_DEPTH;
#pragma unroll 4
            for (int k = 0; k < steps; k++)
            {
                float left[ITEM_ROWS], right[ITEM_COLUMNS];
                UNROLL
                for (int i = 0; i < ITEM_ROWS; i += 4)
                {
                    float4 four = LOAD4(&xs[now][k][ROW_OF(i)]);
                    left[i] = four.x;
                    left[i + 1] = four.y;
                    left[i + 2] = four.z;
                    left[i + 3] = four.w;
                }
                UNROLL
                for (int j = 0; j < ITEM_COLUMNS; j += 4)
                {
                    float4 four = LOAD4(&ws[now][k][COLUMN_OF(j)]);
                    right[j] = four.x;
                    right[j + 1] = four.y;
                    right[j + 2] = four.z;
                    right[j + 3] = four.w;
                }
                UNROLL
                for (int i = 0; i < ITEM_ROWS; i++)
                    UNROLL
                    for (int j = 0; j < ITEM_COLUMNS; j++)
                        sums[i][j] = FMA(left[i], right[j], sums[i][j]);
            }
        }
        if (next < depths)
        {
            // Nobody reads this half of the local memory: the barrier behind the last step saw to that.
            int half_of = next & 1;
            UNROLL
            for (int q = 0; q < X_QUADS; q++)
            {
                int quad = item + q * TILE_ITEMS;
                int row = quad / (TILE_DEPTH / 4);
                int k = quad % (TILE_DEPTH / 4) * 4;
                xs[half_of][k][row] = x_next[q].x;
                xs[half_of][k + 1][row] = x_next[q].y;
                xs[half_of][k + 2][row] = x_next[q].z;
                xs[half_of][k + 3][row] = x_next[q].w;
            }
            UNROLL
            for (int q = 0; q < W_QUADS; q++)
            {
                int quad = item + q * TILE_ITEMS;
                int column = quad % (TILE_COLUMNS / 4) * 4;
                int k = quad / (TILE_COLUMNS / 4);
                STORE4(w_next[q], &ws[half_of][k][column]);
            }
        }
        BARRIER;
    }

    // One output at a time in loops that stay loops: the activations are long, and sixty-four copies of them would not
    // fit into the cache of instructions. The sum is picked out of the registers by comparisons, a row of them first.
#pragma unroll 1
    for (int i = 0; i < ITEM_ROWS; i++)
    {
        float values[ITEM_COLUMNS];
        UNROLL
        for (int other = 0; other < ITEM_ROWS; other++)
        {
            UNROLL
            for (int j = 0; j < ITEM_COLUMNS; j++)
                values[j] = other == 0 || other == i ? sums[other][j] : values[j];
        }
        int row = first_row + ROW_OF(i);
        if (row >= rows)
            continue;
#pragma unroll 1
        for (int j = 0; j < ITEM_COLUMNS; j++)
        {
            int column = first_column + COLUMN_OF(j);
            float value = values[0];
            UNROLL
            for (int other = 1; other < ITEM_COLUMNS; other++)
                value = other == j ? values[other] : value;
            if (column >= outputs)
                continue;
            if (has_bias)
                value = value + AT(bias)[column];
            value = activate_f32(activation, value);
            if (has_residual)
                value = value + AT(residual)[row * residual_stride + column];
            AT(y)[row * y_stride + column] = value;
        }
    }
}

#undef TILE_DEPTH
#undef ITEMS_ACROSS
#undef ITEMS_DOWN
#undef TILE_ITEMS
#undef X_QUADS
#undef W_QUADS
#undef ROW_OF
#undef COLUMN_OF
