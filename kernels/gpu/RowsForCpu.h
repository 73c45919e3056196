// Element-wise ops on rows, and poolings, for OpenCL devices that are processors: an item takes the 256 elements that
// a group takes elsewhere, sixteen at a time along a row.
// Order     as Rows.h and Pool.h: nothing is added up but over tokens, ascending.

// Runs through the elements of this group: `run` of them from `column` of `row` on, which is never negative.
#define FOR_RUNS(row_count, column_count) \
    for (long element = (long)GROUP * 256, last = element + 256 < (long)(row_count) * (column_count) \
             ? element + 256 : (long)(row_count) * (column_count), run = 0; element < last; element += run) \
    { \
        long row = element / (column_count); \
        int column = (int)(element - row * (column_count)); \
        run = (column_count) - column < last - element ? (column_count) - column : last - element;
#define END_RUNS }

KERNEL GROUP_SIZE(1) void accumulate_rows(
    BUFFER(const float, x), long x_stride, int rows, int columns, float divisor, BUFFER(float, y), long y_stride)
{
    FOR_RUNS(rows, columns)
        GLOBAL const float* from = AT(x) + row * x_stride + column;
        GLOBAL float* to = AT(y) + row * y_stride + column;
        for (int i = 0; i < run; i += 16)
        {
            int left = (int)run - i;
            store_part((load_part(to + i, left) + load_part(from + i, left)) / (float16)(divisor), to + i, left);
        }
    END_RUNS
}

KERNEL GROUP_SIZE(1) void copy_rows(
    BUFFER(const float, x), long x_stride, int rows, int columns, BUFFER(float, y), long y_stride)
{
    FOR_RUNS(rows, columns)
        GLOBAL const float* from = AT(x) + row * x_stride + column;
        GLOBAL float* to = AT(y) + row * y_stride + column;
        for (int i = 0; i < run; i += 16)
            store_part(load_part(from + i, (int)run - i), to + i, (int)run - i);
    END_RUNS
}

// The first half of each row becomes activation(first half) · second half.
KERNEL GROUP_SIZE(1) void gate_rows(BUFFER(float, x), long x_stride, int rows, int columns, int activation)
{
    FOR_RUNS(rows, columns)
        GLOBAL float* at = AT(x) + row * x_stride + column;
        for (int i = 0; i < run; i += 16)
        {
            int left = (int)run - i;
            float16 value = activate_f32x16(activation, load_part(at + i, left));
            store_part(value * load_part(at + columns + i, left), at + i, left);
        }
    END_RUNS
}

// Turns element i of each head with element i + half: table [positions, 2·half] holds cosines, then sines.
KERNEL GROUP_SIZE(1) void rope_rows(
    BUFFER(float, x), long x_stride, int rows, int heads, int size, int half_size, BUFFER(const int, positions),
    BUFFER(const float, table))
{
    FOR_RUNS((long)rows * heads, half_size)
        long token = row / heads;
        GLOBAL const float* cosines = AT(table) + (long)AT(positions)[token] * 2 * half_size + column;
        GLOBAL float* low = AT(x) + token * x_stride + row % heads * size + column;
        GLOBAL float* high = low + half_size;
        for (int i = 0; i < run; i += 16)
        {
            int left = (int)run - i;
            float16 c = load_part(cosines + i, left), s = load_part(cosines + half_size + i, left);
            float16 a = load_part(low + i, left), b = load_part(high + i, left);
            store_part(fma((float16)(0.0f) - s, b, a * c), low + i, left);
            store_part(fma(s, a, b * c), high + i, left);
        }
    END_RUNS
}

// y [S,H] = pool of each sequence of x [T,H].
KERNEL GROUP_SIZE(1) void pool_rows(
    BUFFER(const int, starts), BUFFER(const int, skips), int use_skips, int sequences,
    BUFFER(const float, x), long x_stride, int columns, int kind, BUFFER(float, y), long y_stride)
{
    FOR_RUNS(sequences, columns)
        int first = AT(starts)[row];
        int tokens = AT(starts)[row + 1] - first;
        int skip = use_skips ? AT(skips)[row] : 0;
        GLOBAL float* to = AT(y) + row * y_stride + column;
        for (int i = 0; i < run; i += 16)
        {
            int left = (int)run - i;
            GLOBAL const float* from = AT(x) + first * x_stride + column + i;
            float16 value;
            if (kind == POOL_CLS)
                value = load_part(from, left);
            else if (kind == POOL_LAST_TOKEN)
                value = load_part(from + (tokens - 1) * x_stride, left);
            else if (kind == POOL_MAX)
            {
                value = load_part(from + skip * x_stride, left);
                for (int t = skip; t < tokens; t++)
                {
                    float16 other = load_part(from + t * x_stride, left);
                    value = value > other ? value : other;
                }
            }
            else if (kind == POOL_WEIGHTED_MEAN)
            {
                value = (float16)(0.0f);
                for (int t = skip; t < tokens; t++)
                    value = fma((float16)((float)(t + 1)), load_part(from + t * x_stride, left), value);
                value = value
                    / (float16)((float)((long)tokens * (tokens + 1) / 2 - (long)skip * (skip + 1) / 2));
            }
            else
            {
                value = (float16)(0.0f);
                for (int t = skip; t < tokens; t++)
                    value = value + load_part(from + t * x_stride, left);
                float count = (float)(tokens - skip);
                value = value / (float16)(kind == POOL_MEAN ? count : SQRT(count));
            }
            store_part(value, to + i, left);
        }
    END_RUNS
}
