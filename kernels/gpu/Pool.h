// y [S,H] = pool of each sequence of x [T,H]: one item for each column, one chain over the tokens, ascending.

KERNEL void pool_rows(
    BUFFER(const int, starts), BUFFER(const int, skips), int use_skips, int sequences,
    BUFFER(const float, x), long x_stride, int columns, int kind, BUFFER(float, y), long y_stride)
{
    long element = (long)GROUP * 256 + ITEM;
    if (element >= (long)sequences * columns)
        return;
    int sequence = (int)(element / columns);
    int column = (int)(element % columns);
    int first = AT(starts)[sequence];
    int rows = AT(starts)[sequence + 1] - first;
    int skip = use_skips ? AT(skips)[sequence] : 0;
    GLOBAL const float* from = AT(x) + first * x_stride + column;
    float value;
    if (kind == POOL_CLS)
        value = from[0];
    else if (kind == POOL_LAST_TOKEN)
        value = from[(rows - 1) * x_stride];
    else if (kind == POOL_MAX)
    {
        value = from[skip * x_stride];
        for (int t = skip; t < rows; t++)
        {
            float other = from[t * x_stride];
            value = value > other ? value : other;
        }
    }
    else if (kind == POOL_WEIGHTED_MEAN)
    {
        value = 0.0f;
        for (int t = skip; t < rows; t++)
            value = FMA((float)(t + 1), from[t * x_stride], value);
        value = value / (float)((long)rows * (rows + 1) / 2 - (long)skip * (skip + 1) / 2);
    }
    else
    {
        value = 0.0f;
        for (int t = skip; t < rows; t++)
            value = value + from[t * x_stride];
        float count = (float)(rows - skip);
        value = value / (kind == POOL_MEAN ? count : SQRT(count));
    }
    AT(y)[sequence * y_stride + column] = value;
}
