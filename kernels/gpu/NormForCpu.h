// LayerNorm, RMSNorm and scaling to length one for OpenCL devices that are processors: an item takes four rows, the 32
// lanes of a row's sum are two vectors of 16.
// Order     as Norm.h: lanes ascend, then fold with strides 16, 8, 4, 2, 1. Behind a row's end are zeros, which change
//           no lane: none is ever −0.

#define NORM_ROWS 4
#define ELEMENTS ((int16)(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15))

DEVICE float fold_lanes(float16 low, float16 high)
{
    float16 sixteen = low + high;
    float8 eight = sixteen.lo + sixteen.hi;
    float4 four = eight.lo + eight.hi;
    float2 two = four.lo + four.hi;
    return two.x + two.y;
}

// Sum of (x − offset)². x − 0 is x, but for −0, whose square is that of +0.
DEVICE float sum_of_squares(GLOBAL const float* from, int columns, float offset)
{
    float16 lanes[2] = { (float16)(0.0f), (float16)(0.0f) };
    for (int i = 0; i < columns; i += 16)
    {
        float16 d = load_part(from + i, columns - i) - (float16)(offset);
        d = ELEMENTS < (int16)(columns - i) ? d : (float16)(0.0f);
        lanes[i / 16 % 2] = fma(d, d, lanes[i / 16 % 2]);
    }
    return fold_lanes(lanes[0], lanes[1]);
}

DEVICE float sum_of_row(GLOBAL const float* from, int columns)
{
    float16 lanes[2] = { (float16)(0.0f), (float16)(0.0f) };
    for (int i = 0; i < columns; i += 16)
        lanes[i / 16 % 2] = lanes[i / 16 % 2] + load_part(from + i, columns - i);
    return fold_lanes(lanes[0], lanes[1]);
}

KERNEL GROUP_SIZE(1) void layer_norm(
    BUFFER(const float, x), long x_stride, BUFFER(const float, gamma), BUFFER(const float, beta), float epsilon,
    int rows, int columns, BUFFER(float, y), long y_stride)
{
    for (int row = GROUP * NORM_ROWS; row < GROUP * NORM_ROWS + NORM_ROWS && row < rows; row++)
    {
        GLOBAL const float* from = AT(x) + row * x_stride;
        GLOBAL float* to = AT(y) + row * y_stride;
        float mean = sum_of_row(from, columns) / (float)columns;
        float variance = sum_of_squares(from, columns, mean) / (float)columns;
        float16 inverse = (float16)(1.0f / SQRT(variance + epsilon));
        for (int i = 0; i < columns; i += 16)
        {
            int left = columns - i;
            float16 value = (load_part(from + i, left) - (float16)(mean)) * inverse;
            store_part(
                fma(value, load_part(AT(gamma) + i, left), load_part(AT(beta) + i, left)), to + i, left);
        }
    }
}

// A row of x is several groups of columns, each with its own sum (groups = heads where queries and keys are normed).
KERNEL GROUP_SIZE(1) void rms_norm(
    BUFFER(const float, x), long x_stride, BUFFER(const float, gamma), float epsilon, int rows, int groups, int columns,
    BUFFER(const float, residual), long residual_stride, int has_residual, BUFFER(float, y), long y_stride)
{
    for (int part = GROUP * NORM_ROWS; part < GROUP * NORM_ROWS + NORM_ROWS && part < rows * groups; part++)
    {
        int row = part / groups;
        long column = (long)(part % groups) * columns;
        GLOBAL const float* from = AT(x) + row * x_stride + column;
        GLOBAL const float* other = AT(residual) + row * residual_stride + column;
        GLOBAL float* to = AT(y) + row * y_stride + column;
        float mean = sum_of_squares(from, columns, 0.0f) / (float)columns;
        float16 inverse = (float16)(1.0f / SQRT(mean + epsilon));
        for (int i = 0; i < columns; i += 16)
        {
            int left = columns - i;
            float16 value = load_part(from + i, left) * inverse * load_part(AT(gamma) + i, left);
            if (has_residual)
                value = value + load_part(other + i, left);
            store_part(value, to + i, left);
        }
    }
}

KERNEL GROUP_SIZE(1) void normalize_rows(BUFFER(float, x), long x_stride, int rows, int columns)
{
    for (int row = GROUP * NORM_ROWS; row < GROUP * NORM_ROWS + NORM_ROWS && row < rows; row++)
    {
        GLOBAL float* values = AT(x) + row * x_stride;
        float size = SQRT(sum_of_squares(values, columns, 0.0f));
        size = size > 1e-12f ? size : 1e-12f;
        for (int i = 0; i < columns; i += 16)
            store_part(load_part(values + i, columns - i) / (float16)(size), values + i, columns - i);
    }
}
