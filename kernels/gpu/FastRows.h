// Norms and element-wise ops of fast mode. Bound: memory.
// A tensor has a 16-bit form, and an f32 form beside it at the same elements unless it is narrow. What is read is f32
// where there is one; what is written is both.
// Included once for each type: FAST(name), NARROW, WIDEN.

#define FORMS(type, name) BUFFER(type float, name), BUFFER(type ushort, name##16), long name##_stride, int name##_narrow
#define READ(name, i) (name##_narrow ? WIDEN(AT(name##16)[i]) : AT(name)[i])
#define WRITE(name, i, value) \
    { \
        float written = value; \
        AT(name##16)[i] = NARROW(written); \
        if (!name##_narrow) \
            AT(name)[i] = written; \
    }

// A statement for each of an item's elements of a row, whose place is `at`: four at a time, so that four reads are
// under way, whichever form they are of.
#define EACH_OF_ROW(statement) \
    { \
        int i = lane; \
        KEEP_LOOP \
        for (; i + 3 * LANES < length; i += 4 * LANES) \
        { \
            float four[4]; \
            UNROLL \
            for (int n = 0; n < 4; n++) \
                four[n] = READ(x, from + i + n * LANES); \
            UNROLL \
            for (int n = 0; n < 4; n++) \
            { \
                int at = i + n * LANES; \
                float value = four[n]; \
                statement \
            } \
        } \
        KEEP_LOOP \
        for (int at = i; at < length; at += LANES) \
        { \
            float value = READ(x, from + at); \
            statement \
        } \
    }

// 32 items for each row. The operations are those of exact mode.
KERNEL GROUP_SIZE(LANES * NORM_ROWS) void FAST(layer_norm)(
    FORMS(const, x), BUFFER(const float, gamma), BUFFER(const float, beta), float epsilon, int rows, int columns,
    FORMS(, y))
{
    LOCAL_ARRAY float lanes[NORM_ROWS][LANES];
    int lane = ITEM % LANES;
    int place = ITEM / LANES;
    int row = GROUP * NORM_ROWS + place;
    int length = row < rows ? columns : 0;              // every item takes part in the folds
    long from = row * x_stride;
    float sum = 0.0f;
    EACH_OF_ROW(sum = sum + value;)
    float mean = fold_sum(sum, lane, lanes[place]) / (float)columns;
    sum = 0.0f;
    EACH_OF_ROW(
        float d = value - mean;
        sum = FMA(d, d, sum);)
    float variance = fold_sum(sum, lane, lanes[place]) / (float)columns;
    float inverse = 1.0f / SQRT(variance + epsilon);
    EACH_OF_ROW(WRITE(y, row * y_stride + at, FMA((value - mean) * inverse, AT(gamma)[at], AT(beta)[at])))
}

KERNEL GROUP_SIZE(LANES * NORM_ROWS) void FAST(rms_norm)(
    FORMS(const, x), BUFFER(const float, gamma), float epsilon, int rows, int groups, int columns,
    BUFFER(const float, residual), long residual_stride, int has_residual, FORMS(, y))
{
    LOCAL_ARRAY float lanes[NORM_ROWS][LANES];
    int lane = ITEM % LANES;
    int place = ITEM / LANES;
    int part = GROUP * NORM_ROWS + place;
    int row = part / groups;
    long column = (long)(part % groups) * columns;
    int length = row < rows ? columns : 0;
    long from = row * x_stride + column;
    float sum = 0.0f;
    EACH_OF_ROW(sum = FMA(value, value, sum);)
    float mean = fold_sum(sum, lane, lanes[place]) / (float)columns;
    float inverse = 1.0f / SQRT(mean + epsilon);
    EACH_OF_ROW(
        value = value * inverse * AT(gamma)[at];
        if (has_residual)
            value = value + AT(residual)[row * residual_stride + column + at];
        WRITE(y, row * y_stride + column + at, value))
}

// The first half of each row becomes activation(first half) · second half.
KERNEL void FAST(gate_rows)(FORMS(, x), int rows, int columns, int activation)
{
    long element = (long)GROUP * 256 + ITEM;
    if (element >= (long)rows * columns)
        return;
    long at = element / columns * x_stride + element % columns;
    WRITE(x, at, activate_f32(activation, READ(x, at)) * READ(x, at + columns))
}

KERNEL void FAST(rope_rows)(
    FORMS(, x), int rows, int heads, int size, int half_size, BUFFER(const int, positions), BUFFER(const float, table))
{
    long element = (long)GROUP * 256 + ITEM;
    if (element >= (long)rows * heads * half_size)
        return;
    int i = (int)(element % half_size);
    int head = (int)(element / half_size % heads);
    long row = element / half_size / heads;
    GLOBAL const float* cosines = AT(table) + (long)AT(positions)[row] * 2 * half_size;
    long at = row * x_stride + (long)head * size + i;
    float c = cosines[i];
    float s = cosines[half_size + i];
    float low = READ(x, at);
    float high = READ(x, at + half_size);
    WRITE(x, at, FMA(0.0f - s, high, low * c))
    WRITE(x, at + half_size, FMA(s, low, high * c))
}

// The 16-bit form of what an exact kernel wrote.
KERNEL void FAST(narrow_rows)(BUFFER(const float, x), BUFFER(ushort, y), long stride, int rows, int columns)
{
    long element = (long)GROUP * 256 + ITEM;
    if (element >= (long)rows * columns)
        return;
    long at = element / columns * stride + element % columns;
    AT(y)[at] = NARROW(AT(x)[at]);
}

// The f32 form of a narrow tensor, for an exact kernel.
KERNEL void FAST(widen_rows)(BUFFER(const ushort, x), BUFFER(float, y), long stride, int rows, int columns)
{
    long element = (long)GROUP * 256 + ITEM;
    if (element >= (long)rows * columns)
        return;
    long at = element / columns * stride + element % columns;
    AT(y)[at] = WIDEN(AT(x)[at]);
}

#undef FORMS
#undef READ
#undef EACH_OF_ROW
#undef WRITE
