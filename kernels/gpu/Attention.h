// Attention.   y [n,D] = softmax(scores of q [n,D] and k [n,D]) · v [n,D], for every sequence of a packed batch and
// every head.
// Items     8 for each query of a group; blocks [sequence, first query of 32] tell which. A warp is 32 keys of 4
//           queries.
// Passes    two over the keys, 32 at a time: the exact maximum first, then exp, its sum in 32 lanes, and the products
//           with v. Scores are computed twice, so that memory does not grow with n².
// Order     query i's keys are counted from its first visible one: key first + lane + 32·t belongs to the item of that
//           lane, whose partial sum is the lane that kernels/NUMERICS.md means. Chains over d and over the keys ascend;
//           keys that are not visible are left out, not multiplied by zero.
// Local     the queries, the keys (or values) that 32 lanes of all queries of the group can see, and their weights.
// Included for each largest head size: NAME, MOST_D (a multiple of 8), QUERIES (at once, 4 to 32).

#define KEYS 32
#define ATTEND_ITEMS (8 * QUERIES)
#define ROUNDS 4                                           // queries of an item when it computes scores
#define SHARE (MOST_D / 8)                                 // outputs of an item
#define QUERY_OF(r) (item / KEYS * ROUNDS + (r))
#define FIRST_KEY(i) ((i) > before ? (i) - before : 0)
#define END_KEY(i) (after < length - 1 - (i) ? (i) + after + 1 : length)

#if MOST_D == 32 || MOST_D == 128
KERNEL GROUP_SIZE_ALONE(ATTEND_ITEMS) void NAME(
#else
KERNEL GROUP_SIZE(ATTEND_ITEMS) void NAME(
#endif
    BUFFER(const int, starts), BUFFER(const int, blocks), int heads, int heads_of_key, int size,
    BUFFER(const float, q), BUFFER(const float, k), BUFFER(const float, v), long stride, float scale,
    int before, int after, float softcap, BUFFER(const float, bias), int has_bias, int reach,
    BUFFER(const float, position_keys), BUFFER(const float, position_queries), BUFFER(const float, position_rows),
    int positions, BUFFER(float, y), long y_stride)
{
    LOCAL_ARRAY float queries[QUERIES][MOST_D];
    LOCAL_ARRAY float keys[KEYS + QUERIES - 1][MOST_D + 1];
    LOCAL_ARRAY float weights[QUERIES][KEYS + 1];
    LOCAL_ARRAY float folded[QUERIES];
    int item = ITEM;
    int lane = item % KEYS;
    int block = GROUP / heads;
    int head = GROUP % heads;
    int sequence = AT(blocks)[2 * block];
    int start = AT(starts)[sequence];
    int length = AT(starts)[sequence + 1] - start;
    int end = AT(blocks)[2 * block + 1] + 32;
    end = end < length ? end : length;
    long column = (long)head * size;
    long key_column = (long)(head / heads_of_key) * size;
    long table = (long)head * size * positions;
    int masked = before != 0x7FFFFFFF || after != 0x7FFFFFFF;
    int plain = softcap == 0.0f && !has_bias;
    float cap_scale = plain || has_bias ? 0.0f : scale / softcap;
    float weight_scale = plain ? scale : 1.0f;
    for (int first = AT(blocks)[2 * block + 1]; first < end; first += QUERIES)
    {
        for (int i = item; i < QUERIES * size; i += ATTEND_ITEMS)
        {
            int row = i / size;
            queries[row][i % size] = first + row < length
                ? AT(q)[(start + first + row) * stride + column + i % size] : 0.0f;
        }
        int last = first + QUERIES < end ? first + QUERIES - 1 : end - 1;
        int base = FIRST_KEY(first);
        int spread = FIRST_KEY(last) - base;
        int tiles = (END_KEY(last) - base + KEYS - 1) / KEYS;
        float most[ROUNDS], sum[ROUNDS];
        UNROLL
        for (int r = 0; r < ROUNDS; r++)
        {
            most[r] = -POSITIVE_INFINITY;
            sum[r] = 0.0f;
        }
        // Elements item % 8 + 8·i of the output of this query; elements behind the head's are never written.
        int query = first + item / 8;
        float values[SHARE];
        UNROLL
        for (int i = 0; i < SHARE; i++)
            values[i] = 0.0f;
#pragma unroll 1
        for (int pass = 0; pass < 2; pass++)
        {
            for (int tile = 0; tile < tiles; tile++)
            {
                int from = base + tile * KEYS;
                int loaded = KEYS + spread < length - from ? KEYS + spread : length - from;
                BARRIER;
                for (int i = item; i < loaded * size; i += ATTEND_ITEMS)
                    keys[i / size][i % size] = AT(k)[(start + from + i / size) * stride + key_column + i % size];
                BARRIER;
                // A loop that stays one: four copies of the body would be most of the program. Registers are picked by
                // comparisons.
#pragma unroll 1
                for (int r = 0; r < ROUNDS; r++)
                {
                    int row = QUERY_OF(r);
                    int i = first + row;
                    int key = FIRST_KEY(i) + tile * KEYS + lane;
                    if (i >= end || key >= END_KEY(i))
                        continue;
                    float score = 0.0f;
                    for (int d = 0; d < size; d++)
                        score = FMA(queries[row][d], keys[key - from][d], score);
                    int distance = key - i;
                    distance = distance < -reach ? -reach : distance;
                    distance = (distance > reach ? reach : distance) + reach;
                    if (positions)
                    {
                        GLOBAL const float* pk = AT(position_keys) + table + (int)AT(position_rows)[distance];
                        GLOBAL const float* pq = AT(position_queries) + table + (int)AT(position_rows)[distance];
                        float content = 0.0f;
                        float position = 0.0f;
                        for (int d = 0; d < size; d++)
                        {
                            content = FMA(queries[row][d], pk[(long)d * positions], content);
                            position = FMA(keys[key - from][d], pq[(long)d * positions], position);
                        }
                        score = score + content + position;
                    }
                    if (softcap != 0.0f)
                        score = softcap * tanh_f32(score * cap_scale);
                    else if (has_bias)
                        score = FMA(score, scale, AT(bias)[(long)head * (2 * reach + 1) + distance]);
                    float kept = most[0];
                    UNROLL
                    for (int other = 1; other < ROUNDS; other++)
                        kept = other == r ? most[other] : kept;
                    float weight = 0.0f;
                    if (pass == 0)
                        kept = kept > score ? kept : score;
                    else
                    {
                        weight = exp_f32(FMA(score, weight_scale, -kept));
                        weights[row][lane] = weight;
                    }
                    UNROLL
                    for (int other = 0; other < ROUNDS; other++)
                    {
                        most[other] = other == r ? kept : most[other];
                        sum[other] = pass == 1 && other == r ? sum[other] + weight : sum[other];
                    }
                }
                if (pass == 0)
                    continue;
                BARRIER;
                for (int i = item; i < loaded * size; i += ATTEND_ITEMS)
                    keys[i / size][i % size] = AT(v)[(start + from + i / size) * stride + key_column + i % size];
                BARRIER;
                if (query < end)
                {
                    int offset = FIRST_KEY(query) - base;
                    int seen = END_KEY(query) - FIRST_KEY(query) - tile * KEYS;
                    seen = seen < KEYS ? seen : KEYS;
                    for (int j = 0; j < seen; j++)
                    {
                        float weight = weights[item / 8][j];
                        LOCAL const float* value = keys[offset + j] + item % 8;
                        UNROLL
                        for (int i = 0; i < SHARE; i++)
                            values[i] = FMA(weight, value[8 * i], values[i]);
                    }
                }
                // The barrier of the next tile would do, but PoCL 3.1 takes a condition that leads to a barrier by way
                // of a loop's end for the same in all items, whatever it is in each.
                BARRIER;
            }
            // Folds the lanes of each query, strides 16, 8, 4, 2, 1, the lower lane first.
            BARRIER;
            UNROLL
            for (int r = 0; r < ROUNDS; r++)
                weights[QUERY_OF(r)][lane] = pass == 0 ? most[r] : sum[r];
            BARRIER;
            if (item < QUERIES)
            {
                for (int width = KEYS / 2; width > 0; width >>= 1)
                {
                    for (int i = 0; i < width; i++)
                    {
                        float low = weights[item][i];
                        float high = weights[item][i + width];
                        weights[item][i] = pass == 0 ? (low > high ? low : high) : low + high;
                    }
                }
                folded[item] = pass == 0 ? weights[item][0] * weight_scale : 1.0f / weights[item][0];
            }
            BARRIER;
            if (pass == 0)
            {
                UNROLL
                for (int r = 0; r < ROUNDS; r++)
                    most[r] = folded[QUERY_OF(r)];
            }
        }
        if (query < end)
        {
            GLOBAL float* to = AT(y) + (start + query) * y_stride + column;
            UNROLL
            for (int i = 0; i < SHARE; i++)
            {
                int d = item % 8 + 8 * i;
                float value = masked ? values[i] + 0.0f : values[i];
                if (d < size)
                    to[d] = value * folded[item / 8];
            }
        }
        BARRIER;
    }
}

#undef KEYS
#undef ATTEND_ITEMS
#undef ROUNDS
#undef SHARE
#undef QUERY_OF
#undef FIRST_KEY
#undef END_KEY
