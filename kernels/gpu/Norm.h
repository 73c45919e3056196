// LayerNorm, RMSNorm and scaling to length one: 32 items, the lanes of the sums, for each row; four rows for each
// group. x is read three times, from the cache but for the first; nothing is kept, so rows have any length.

#define NORM_ROWS 4

KERNEL GROUP_SIZE(LANES * NORM_ROWS) void layer_norm(
    BUFFER(const float, x), long x_stride, BUFFER(const float, gamma), BUFFER(const float, beta), float epsilon,
    int rows, int columns, BUFFER(float, y), long y_stride)
{
    LOCAL_ARRAY float lanes[NORM_ROWS][LANES];
    int lane = ITEM % LANES;
    int place = ITEM / LANES;
    int row = GROUP * NORM_ROWS + place;
    int length = row < rows ? columns : 0;              // every item takes part in the folds
    GLOBAL const float* from = AT(x) + row * x_stride;
    GLOBAL float* to = AT(y) + row * y_stride;
    float sum = 0.0f;
#pragma unroll 4
    for (int i = lane; i < length; i += LANES)
        sum = sum + from[i];
    float mean = fold_sum(sum, lane, lanes[place]) / (float)columns;
    sum = 0.0f;
#pragma unroll 4
    for (int i = lane; i < length; i += LANES)
    {
        float d = from[i] - mean;
        sum = FMA(d, d, sum);
    }
    float variance = fold_sum(sum, lane, lanes[place]) / (float)columns;
    float inverse = 1.0f / SQRT(variance + epsilon);
#pragma unroll 4
    for (int i = lane; i < length; i += LANES)
        to[i] = FMA((from[i] - mean) * inverse, AT(gamma)[i], AT(beta)[i]);
}

// A row of x is several groups of columns, each with its own sum (groups = heads where queries and keys are normed).
KERNEL GROUP_SIZE(LANES * NORM_ROWS) void rms_norm(
    BUFFER(const float, x), long x_stride, BUFFER(const float, gamma), float epsilon, int rows, int groups, int columns,
    BUFFER(const float, residual), long residual_stride, int has_residual, BUFFER(float, y), long y_stride)
{
    LOCAL_ARRAY float lanes[NORM_ROWS][LANES];
    int lane = ITEM % LANES;
    int place = ITEM / LANES;
    int part = GROUP * NORM_ROWS + place;
    int row = part / groups;
    long column = (long)(part % groups) * columns;
    int length = row < rows ? columns : 0;
    GLOBAL const float* from = AT(x) + row * x_stride + column;
    GLOBAL const float* other = AT(residual) + row * residual_stride + column;
    GLOBAL float* to = AT(y) + row * y_stride + column;
    float sum = 0.0f;
#pragma unroll 4
    for (int i = lane; i < length; i += LANES)
        sum = FMA(from[i], from[i], sum);
    float mean = fold_sum(sum, lane, lanes[place]) / (float)columns;
    float inverse = 1.0f / SQRT(mean + epsilon);
#pragma unroll 4
    for (int i = lane; i < length; i += LANES)
    {
        float value = from[i] * inverse * AT(gamma)[i];
        if (has_residual)
            value = value + other[i];
        to[i] = value;
    }
}

KERNEL GROUP_SIZE(LANES * NORM_ROWS) void normalize_rows(BUFFER(float, x), long x_stride, int rows, int columns)
{
    LOCAL_ARRAY float lanes[NORM_ROWS][LANES];
    int lane = ITEM % LANES;
    int place = ITEM / LANES;
    int row = GROUP * NORM_ROWS + place;
    int length = row < rows ? columns : 0;
    GLOBAL float* values = AT(x) + row * x_stride;
    float sum = 0.0f;
#pragma unroll 4
    for (int i = lane; i < length; i += LANES)
        sum = FMA(values[i], values[i], sum);
    float size = SQRT(fold_sum(sum, lane, lanes[place]));
    size = size > 1e-12f ? size : 1e-12f;
#pragma unroll 4
    for (int i = lane; i < length; i += LANES)
        values[i] = values[i] / size;
}
