// Element-wise ops on rows. Bound: memory.

KERNEL void accumulate_rows(
    BUFFER(const float, x), long x_stride, int rows, int columns, float divisor, BUFFER(float, y), long y_stride)
{
    long element = (long)GROUP * 256 + ITEM;
    if (element >= (long)rows * columns)
        return;
    long row = element / columns;
    long column = element % columns;
    GLOBAL float* to = AT(y) + row * y_stride + column;
    *to = (*to + AT(x)[row * x_stride + column]) / divisor;
}

KERNEL void copy_rows(
    BUFFER(const float, x), long x_stride, int rows, int columns, BUFFER(float, y), long y_stride)
{
    long element = (long)GROUP * 256 + ITEM;
    if (element >= (long)rows * columns)
        return;
    long row = element / columns;
    long column = element % columns;
    AT(y)[row * y_stride + column] = AT(x)[row * x_stride + column];
}

// The first half of each row becomes activation(first half) · second half.
KERNEL void gate_rows(BUFFER(float, x), long x_stride, int rows, int columns, int activation)
{
    long element = (long)GROUP * 256 + ITEM;
    if (element >= (long)rows * columns)
        return;
    GLOBAL float* row = AT(x) + element / columns * x_stride + element % columns;
    row[0] = activate_f32(activation, row[0]) * row[columns];
}

// Turns element i of each head with element i + half: table [positions, 2·half] holds cosines, then sines.
KERNEL void rope_rows(
    BUFFER(float, x), long x_stride, int rows, int heads, int size, int half_size, BUFFER(const int, positions),
    BUFFER(const float, table))
{
    long element = (long)GROUP * 256 + ITEM;
    if (element >= (long)rows * heads * half_size)
        return;
    int i = (int)(element % half_size);
    int head = (int)(element / half_size % heads);
    long row = element / half_size / heads;
    GLOBAL const float* cosines = AT(table) + (long)AT(positions)[row] * 2 * half_size;
    GLOBAL float* pair = AT(x) + row * x_stride + (long)head * size + i;
    float c = cosines[i];
    float s = cosines[half_size + i];
    float low = pair[0];
    float high = pair[half_size];
    pair[0] = FMA(0.0f - s, high, low * c);
    pair[half_size] = FMA(s, low, high * c);
}
