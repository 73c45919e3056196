// Attention on tensor cores.   y [n,D] = softmax(scores of q [n,D] and k [n,D]) · v [n,D], for every sequence and head.
// After     Dao, "FlashAttention-2" (2023): the maximum and the sum of a query are kept while the keys go by, and what
//           was summed before is scaled when the maximum grows. Memory does not grow with n².
// Group     64 queries of a head, 16 for each of four warps; blocks [sequence, first query of 32]: odd ones have no
//           work.
// Local     the queries, and two tiles of KEYS keys and values: the next is copied while this one is multiplied. Rows
//           of PIECES pieces of 16 bytes, in places that put the eight rows of a matrix into different banks.
// Order     tiles ascend from the first that any of the 64 queries sees, counted from the sequence's first key: nothing
//           depends on the rest of the batch.
// Included once for each largest head size and type: NAME, MOST_D (32, 64, 128), KEYS (a multiple of 16), MULTIPLY_ADD,
// PACK, NARROW.

#define QUERIES 64
#define ATTEND_ITEMS 128
#define PIECES (MOST_D / 8)
#define PLACE(row, piece) \
    (((row) * PIECES + (PIECES >= 8 ? (piece) ^ ((row) % 8) : (piece) ^ ((row) / 2 % PIECES))) * 8)
#define TILE_SIZE (KEYS * MOST_D)
#define FIRST_KEY(i) ((i) > before ? (i) - before : 0)
#define END_KEY(i) (after < length - 1 - (i) ? (i) + after + 1 : length)
// `count` rows from a row of the sequence on; rows behind its end and elements behind the head's are zeros.
#define COPY_ROWS(to, from, first, count, at_column) \
    if (aligned) \
    { \
        UNROLL \
        for (int i = 0; i < (count); i += ATTEND_ITEMS / PIECES) \
        { \
            int row = (first) + i + item / PIECES; \
            int d = item % PIECES * 8; \
            int there = row < length && d < size; \
            GLOBAL const ushort* source = AT(from) + (start + row) * stride + (at_column) + d; \
            COPY_ASYNC((to) + PLACE(i + item / PIECES, item % PIECES), there ? source : AT(from), there ? 16 : 0); \
        } \
    } \
    else \
    { \
        KEEP_LOOP \
        for (int i = item; i < (count) * MOST_D; i += ATTEND_ITEMS) \
        { \
            int row = (first) + i / MOST_D; \
            int d = i % MOST_D; \
            (to)[PLACE(i / MOST_D, d / 8) + d % 8] = row < length && d < size \
                ? AT(from)[(start + row) * stride + (at_column) + d] : (ushort)0; \
        } \
    }

#if MOST_D == 32
KERNEL GROUP_SIZE_ALONE(ATTEND_ITEMS) void NAME(
#else
KERNEL GROUP_SIZE(ATTEND_ITEMS) void NAME(
#endif
    BUFFER(const int, starts), BUFFER(const int, blocks), int heads, int heads_of_key, int size,
    BUFFER(const ushort, q), BUFFER(const ushort, k), BUFFER(const ushort, v), long stride, int aligned, float scale,
    int before, int after, float softcap, BUFFER(const float, bias), int has_bias, int reach,
    BUFFER(float, y), BUFFER(ushort, y16), long y_stride, int y_narrow)
{
    LOCAL_ARRAY ushort queries[QUERIES * MOST_D];
    LOCAL_ARRAY ushort keys[2 * TILE_SIZE];
    LOCAL_ARRAY ushort values[2 * TILE_SIZE];
    WARP_MEMORY(ATTEND_ITEMS)
    int item = ITEM;
    int lane = item % WARP;
    int block = GROUP / heads;
    int head = GROUP % heads;
    int sequence = AT(blocks)[2 * block];
    int first = AT(blocks)[2 * block + 1];
    if (first % QUERIES != 0)
        return;
    long start = AT(starts)[sequence];
    int length = AT(starts)[sequence + 1] - (int)start;
    int end = first + QUERIES < length ? first + QUERIES : length;
    long column = (long)head * size;
    long key_column = (long)(head / heads_of_key) * size;
    int begin = FIRST_KEY(first) / KEYS * KEYS;
    int tiles = (END_KEY(end - 1) - begin + KEYS - 1) / KEYS;
    // Powers of two instead of e: one instruction on the device.
    const float log2_e = 1.44269504f;
    int plain = softcap == 0.0f && !has_bias;
    float score_scale = has_bias ? scale : scale / softcap;
    float weight_scale = plain ? scale * log2_e : 1.0f;

    COPY_ROWS(queries, q, first, QUERIES, column)
    COPY_ROWS(keys, k, begin, KEYS, key_column)
    COPY_ROWS(values, v, begin, KEYS, key_column)
    COPY_COMMIT;

    // Of rows g and g + 8 of the warp's sixteen queries.
    int row = first + item / WARP * 16 + lane / 4;
    float most[2] = { -POSITIVE_INFINITY, -POSITIVE_INFINITY };
    float sum[2] = { 0.0f, 0.0f };
    float out[MOST_D / 8][4];
    uint query[MOST_D / 16][4];
    UNROLL
    for (int n = 0; n < MOST_D / 8; n++)
        UNROLL
        for (int e = 0; e < 4; e++)
            out[n][e] = 0.0f;

    for (int tile = 0; tile < tiles; tile++)
    {
        int from = begin + tile * KEYS;
        // This tile has come, and nobody reads the one before any more.
        COPY_WAIT(0);
        BARRIER;
        if (tile + 1 < tiles)
        {
            COPY_ROWS(keys + (tile + 1) % 2 * TILE_SIZE, k, from + KEYS, KEYS, key_column)
            COPY_ROWS(values + (tile + 1) % 2 * TILE_SIZE, v, from + KEYS, KEYS, key_column)
        }
        COPY_COMMIT;
        if (tile == 0)
        {
            UNROLL
            for (int d = 0; d < MOST_D / 16; d++)
                LOAD_MATRICES(query[d], queries, PLACE(item / WARP * 16 + lane % 16, 2 * d + lane / 16));
        }
        LOCAL const ushort* ks = keys + tile % 2 * TILE_SIZE;
        LOCAL const ushort* vs = values + tile % 2 * TILE_SIZE;

        float scores[KEYS / 8][4];
        UNROLL
        for (int n = 0; n < KEYS / 8; n++)
            UNROLL
            for (int e = 0; e < 4; e++)
                scores[n][e] = 0.0f;
        UNROLL
        for (int d = 0; d < MOST_D / 16; d++)
        {
            UNROLL
            for (int n = 0; n < KEYS / 16; n++)
            {
                uint right[4];
                LOAD_MATRICES(right, ks, PLACE(16 * n + lane / 16 * 8 + lane % 8, 2 * d + lane / 8 % 2));
                MULTIPLY_ADD(scores[2 * n], query[d], right);
                MULTIPLY_ADD(scores[2 * n + 1], query[d], right + 2);
            }
        }

        if (!plain)
        {
            // A loop that stays one, since a bias and a softcap for every score would be most of the program; the
            // scores are picked out of the registers by comparisons.
            KEEP_LOOP
            for (int n = 0; n < KEYS / 8; n++)
            {
                float four[4];
                UNROLL
                for (int other = 0; other < KEYS / 8; other++)
                    UNROLL
                    for (int e = 0; e < 4; e++)
                        four[e] = other == 0 || other == n ? scores[other][e] : four[e];
                UNROLL
                for (int e = 0; e < 4; e++)
                {
                    int distance = from + 8 * n + lane % 4 * 2 + e % 2 - row - 8 * (e / 2);
                    distance = distance < -reach ? -reach : distance;
                    distance = (distance > reach ? reach : distance) + reach;
                    float score = four[e] * score_scale;
                    score = has_bias ? score + AT(bias)[(long)head * (2 * reach + 1) + distance]
                                     : softcap * tanh_f32(score);
                    four[e] = score * log2_e;
                }
                UNROLL
                for (int other = 0; other < KEYS / 8; other++)
                    UNROLL
                    for (int e = 0; e < 4; e++)
                        scores[other][e] = other == n ? four[e] : scores[other][e];
            }
        }
        // Most tiles are seen by all queries as a whole.
        if (from < FIRST_KEY(end - 1) || from + KEYS > END_KEY(first))
        {
            UNROLL
            for (int half_of = 0; half_of < 2; half_of++)
            {
                int i = row + 8 * half_of;
                int first_key = FIRST_KEY(i) - from - lane % 4 * 2;
                int end_key = (i < end ? END_KEY(i) : 0) - from - lane % 4 * 2;
                UNROLL
                for (int n = 0; n < KEYS / 8; n++)
                {
                    UNROLL
                    for (int e = 0; e < 2; e++)
                    {
                        int seen = 8 * n + e >= first_key && 8 * n + e < end_key;
                        scores[n][2 * half_of + e] = seen ? scores[n][2 * half_of + e] : -POSITIVE_INFINITY;
                    }
                }
            }
        }
        UNROLL
        for (int half_of = 0; half_of < 2; half_of++)
        {
            float largest = most[half_of];
            UNROLL
            for (int n = 0; n < KEYS / 8; n++)
            {
                UNROLL
                for (int e = 2 * half_of; e < 2 * half_of + 2; e++)
                    largest = MAX(largest, scores[n][e]);
            }
            largest = QUAD_MAX(largest);
            // A query that has seen no key yet: everything is 2 to the power of −∞.
            float offset = largest == -POSITIVE_INFINITY ? 0.0f : largest * weight_scale;
            float shrink = EXP2(FMA(most[half_of], weight_scale, -offset));
            most[half_of] = largest;
            float total = 0.0f;
            UNROLL
            for (int n = 0; n < KEYS / 8; n++)
            {
                UNROLL
                for (int e = 2 * half_of; e < 2 * half_of + 2; e++)
                {
                    float weight = EXP2(FMA(scores[n][e], weight_scale, -offset));
                    scores[n][e] = weight;
                    total = total + weight;
                }
            }
            sum[half_of] = FMA(sum[half_of], shrink, total);
            UNROLL
            for (int n = 0; n < MOST_D / 8; n++)
            {
                out[n][2 * half_of] = out[n][2 * half_of] * shrink;
                out[n][2 * half_of + 1] = out[n][2 * half_of + 1] * shrink;
            }
        }

        UNROLL
        for (int n = 0; n < KEYS / 16; n++)
        {
            uint weights[4];
            weights[0] = PACK(scores[2 * n][0], scores[2 * n][1]);
            weights[1] = PACK(scores[2 * n][2], scores[2 * n][3]);
            weights[2] = PACK(scores[2 * n + 1][0], scores[2 * n + 1][1]);
            weights[3] = PACK(scores[2 * n + 1][2], scores[2 * n + 1][3]);
            UNROLL
            for (int d = 0; d < MOST_D / 16; d++)
            {
                uint right[4];
                LOAD_MATRICES_TRANSPOSED(right, vs, PLACE(16 * n + lane % 16, 2 * d + lane / 16));
                MULTIPLY_ADD(out[2 * d], weights, right);
                MULTIPLY_ADD(out[2 * d + 1], weights, right + 2);
            }
        }
    }

    UNROLL
    for (int half_of = 0; half_of < 2; half_of++)
    {
        float inverse = 1.0f / QUAD_SUM(sum[half_of]);
        int i = row + 8 * half_of;
        UNROLL
        for (int n = 0; n < MOST_D / 8; n++)
        {
            UNROLL
            for (int e = 0; e < 2; e++)
            {
                int d = 8 * n + lane % 4 * 2 + e;
                if (i < end && d < size)
                {
                    float value = out[n][2 * half_of + e] * inverse;
                    long at = (start + i) * y_stride + column + d;
                    AT(y16)[at] = NARROW(value);
                    if (!y_narrow)
                        AT(y)[at] = value;
                }
            }
        }
    }
}

#undef QUERIES
#undef ATTEND_ITEMS
#undef PIECES
#undef PLACE
#undef TILE_SIZE
#undef FIRST_KEY
#undef END_KEY
#undef COPY_ROWS
