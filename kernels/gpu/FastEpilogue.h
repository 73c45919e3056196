// The end of a product, in the middle of its kernel: bias, activation, residual, and both forms of y.
// Takes     sums [DOWN][ACROSS][4], fragments of 16 × 8 as Warp.h lays them out, of the warp's rows from warp_row and
//           columns from warp_column of the tile at first_row and first_column.
// Local     tiles: nobody reads them any more. Each warp has 16 rows of its own there, so that no group waits.

// Eight banks from a row to the next: items write two neighbours each, four rows at a time, to 32 different banks.
#define SLICE_STRIDE (WARP_COLUMNS + 8)
    // Sixteen rows at a time go through local memory, so that an item has four neighbours in a row, and one copy of the
    // activations serves all sums. The loop stays a loop: the rows are picked out of the registers by comparisons.
    int aligned = ((bias_first | residual_first | residual_stride) & 3) == 0;
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
            for (int e = 0; e < 4; e += 2)
            {
                float2 two;
                two.x = values[e];
                two.y = values[e + 1];
                STORE2(two, slice + (lane / 4 + e / 2 * 8) * SLICE_STRIDE + 8 * j + lane % 4 * 2);
            }
        }
        SYNC_WARP;
#pragma unroll 1
        for (int place = lane * 4; place < 16 * WARP_COLUMNS; place += WARP * 4)
        {
            int row = first_row + warp_row + 16 * i + place / WARP_COLUMNS;
            int column = first_column + warp_column + place % WARP_COLUMNS;
            float4 four = LOAD4(slice + place / WARP_COLUMNS * SLICE_STRIDE + place % WARP_COLUMNS);
            float values[4] = { four.x, four.y, four.z, four.w }, others[4];
            int count = row >= rows ? 0 : outputs - column < 4 ? outputs - column : 4;
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
            long at = row * y_stride + column;
            if (count == 4 && y_aligned)
            {
                float2 narrow;
                narrow.x = FROM_BITS(PACK(values[0], values[1]));
                narrow.y = FROM_BITS(PACK(values[2], values[3]));
                STORE2(narrow, (GLOBAL float*)(AT(y16) + at));
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
#undef SLICE_STRIDE
