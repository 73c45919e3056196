// Similarity of a query with stored rows, of one stored type: ELEMENT, ELEMENT_4, WIDEN_ELEMENT.   scores [N]
// Layout    rows [N][blocks][32][4]: a block is 128 elements, of which 32·j + i is at 4·i + j, so that an item reads its
//           next four in one piece and neighbours read neighbours. Query and scales lie the same way. +0 follows a row.
// Order     32 lanes over the elements, filled up with +0 to a multiple of 32 and no further, for −0 + 0 is +0; folds 16,
//           8, 4, 2, 1 (kernels/NUMERICS.md: Dot with a stored row, Squared distance). fma(−1, x, q) is q − x.
// Bound     memory: a row is read once.

KERNEL GROUP_SIZE(LANES * SCORE_ROWS) void NAME(
    BUFFER(const ELEMENT, rows), int row_count, int inputs, BUFFER(const float, query), BUFFER(const float, scales),
    int is_distance, BUFFER(float, scores))
{
    LOCAL_ARRAY float lanes[SCORE_ROWS][LANES];
    int lane = ITEM % LANES;
    int place = ITEM / LANES;
    int row = GROUP * SCORE_ROWS + place;
    long stride = (inputs + 4 * LANES - 1) / (4 * LANES) * (4 * LANES);
    int steps = row < row_count ? (inputs + LANES - 1) / LANES : 0;     // every item takes part in the fold
    GLOBAL const ELEMENT* from = AT(rows) + row * stride + 4 * lane;
    GLOBAL const float* asked = AT(query) + 4 * lane;
    GLOBAL const float* scale = AT(scales) + 4 * lane;
    float sum = 0.0f;
    for (int step = 0; step < steps; step += 4)
    {
        ELEMENT_4 x = LOAD4(from + step * LANES);
        float4 q = LOAD4(asked + step * LANES);
        float row_values[4] = { WIDEN_ELEMENT(x.x), WIDEN_ELEMENT(x.y), WIDEN_ELEMENT(x.z), WIDEN_ELEMENT(x.w) };
        float query_values[4] = { q.x, q.y, q.z, q.w };
        float4 s = is_distance ? LOAD4(scale + step * LANES) : q;
        float scale_values[4] = { s.x, s.y, s.z, s.w };
        UNROLL
        for (int j = 0; j < 4; j++)
        {
            if (step + j < steps)
            {
                float d = FMA(-scale_values[j], row_values[j], query_values[j]);
                sum = is_distance ? FMA(d, d, sum) : FMA(query_values[j], row_values[j], sum);
            }
        }
    }
    sum = fold_sum(sum, lane, lanes[place]);
    if (lane == 0 && row < row_count)
        AT(scores)[row] = sum;
}
