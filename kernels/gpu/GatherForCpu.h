// y [T,H] = (words[id]·scale + types[type id]) + positions[position] for OpenCL devices that are processors: an item
// takes 256 elements, sixteen at a time along a row.
// Included once for each stored type of the word table: NAME, STORED, WIDEN, LOAD_STORED.

KERNEL GROUP_SIZE(1) void NAME(
    BUFFER(const int, ids), BUFFER(const int, type_ids), BUFFER(const int, positions), int rows, int columns,
    BUFFER(const STORED, words), float scale, BUFFER(const float, types), int has_types,
    BUFFER(const float, position_table), int has_positions, BUFFER(float, y), long y_stride)
{
    FOR_RUNS(rows, columns)
        GLOBAL const STORED* word = AT(words) + (long)AT(ids)[row] * columns + column;
        GLOBAL const float* type = AT(types) + (has_types ? (long)AT(type_ids)[row] * columns + column : 0);
        GLOBAL const float* position =
            AT(position_table) + (has_positions ? (long)AT(positions)[row] * columns + column : 0);
        GLOBAL float* to = AT(y) + row * y_stride + column;
        for (int i = 0; i < run; i += 16)
        {
            int left = (int)run - i;
            float16 sum;
            if (left >= 16)
                sum = LOAD_STORED(word + i);
            else
            {
                float part[16];
                for (int j = 0; j < 16; j++)
                    part[j] = j < left ? WIDEN(word[i + j]) : 0.0f;
                sum = vload16(0, part);
            }
            sum = sum * (float16)(scale);
            if (has_types)
                sum = sum + load_part(type + i, left);
            if (has_positions)
                sum = sum + load_part(position + i, left);
            store_part(sum, to + i, left);
        }
    END_RUNS
}
