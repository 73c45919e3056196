// Attention.   y [n,D] = softmax(scores of q [n,D] and k [n,D]) · v [n,D], for every sequence of a packed batch and
// every head.
// Items     a warp for eight queries; blocks [sequence, first query of 32] tell which. For scores an item has four of
//           64 keys, of four queries, neighbours having the same keys; for outputs four elements, of four queries (two
//           where heads are small): what is read of local memory, whole vectors, serves several chains, and half a warp
//           reads 128 different bytes of it at most.
// Passes    two over the keys: the exact maximum first, then exp, its sum in 32 lanes, and the products with v. Scores
//           are computed twice, so that memory does not grow with n²; those of a single tile are kept.
// Order     a lane of sums is key modulo 32 from the first that any query of the group sees; a query's own lanes,
//           which kernels/NUMERICS.md counts from the first key that it sees, are the same ones turned. Chains over d
//           and over the keys ascend. Where there is a mask, keys that a query does not see have the weight +0, and a
//           sum of −0 becomes +0; elements behind the head's size are zeros, which changes at most the sign of a score
//           of zero, and exp takes both for the same.
// Local     the queries, the keys or values of a tile, PART elements of each at a time, and the weights.
// Included for each largest head size: NAME, MOST_D (32, or a multiple of 64), QUERIES (at once: 32 or 16).

#define KEYS 64
#define ROUNDS 8                                           // queries of a warp
#define ITEM_QUERIES 4
#define KEY_LANES 16                                       // an item has every sixteenth key: two lanes of sums
#define KEY_ROUNDS (KEYS / KEY_LANES)
#define ATTEND_ITEMS (LANES * QUERIES / ROUNDS)
#ifdef __OPENCL_C_VERSION__
#define PART 32                                            // 32 KiB of local memory are what OpenCL promises
#else
#define PART (MOST_D < 64 ? MOST_D : 64)
#endif
#define PARTS (MOST_D / PART)
#define ACROSS (PART / 4)                                  // items beside each other in a row of outputs
#define OUT_ROWS (ROUNDS * ACROSS / LANES)                 // queries of an item's outputs
#define FIRST_KEY(i) ((i) > before ? (i) - before : 0)
#define END_KEY(i) (after < length - 1 - (i) ? (i) + after + 1 : length)
// Whether query r of the item sees its key n: by how far it is behind, and whether there is such a key.
#define SEEN(r, n) \
    (behind + (r) - (n) * KEY_LANES <= before && (n) * KEY_LANES - (r) - behind <= after && \
        (n) * KEY_LANES < left_over)
// `count` rows from a token of the sequence on, `width` elements from `first_d` on; zeros where there are none.
#define FILL(to, from, first_token, count, at_column, first_d, width) \
    if (aligned) \
    { \
        KEEP_LOOP \
        for (int i = item; i < (count) * (width) / 4; i += 4 * ATTEND_ITEMS) \
        { \
            UNROLL \
            for (int n = 0; n < 4 * ATTEND_ITEMS && n < (count) * (width) / 4; n += ATTEND_ITEMS) \
            { \
                int place = (i + n) / ((width) / 4); \
                int d = (i + n) % ((width) / 4) * 4; \
                float4 four = (float4)(0.0f); \
                if ((first_token) + place < length && (first_d) + d < size) \
                    four = LOAD4(AT(from) + (start + (first_token) + place) * stride + (at_column) + (first_d) + d); \
                STORE4(four, &(to)[place][d]); \
            } \
        } \
    } \
    else \
    { \
        KEEP_LOOP \
        for (int i = item; i < (count) * (width); i += ATTEND_ITEMS) \
        { \
            int place = i / (width); \
            int d = i % (width); \
            (to)[place][d] = (first_token) + place < length && (first_d) + d < size \
                ? AT(from)[(start + (first_token) + place) * stride + (at_column) + (first_d) + d] : 0.0f; \
        } \
    }

KERNEL GROUP_SIZE_TIMES(ATTEND_ITEMS, (MOST_D > 64 ? 256 : 384) / ATTEND_ITEMS) void NAME(
    BUFFER(const int, starts), BUFFER(const int, blocks), int heads, int heads_of_key, int size,
    BUFFER(const float, q), BUFFER(const float, k), BUFFER(const float, v), long stride, float scale,
    int before, int after, float softcap, BUFFER(const float, bias), int has_bias, int reach,
    BUFFER(const float, position_keys), BUFFER(const float, position_queries), BUFFER(const float, position_rows),
    int positions, BUFFER(float, y), long y_stride)
{
    LOCAL_ARRAY float queries[QUERIES][MOST_D + 4];
    LOCAL_ARRAY float tile[KEYS][PART + 4];
    LOCAL_ARRAY float weights[QUERIES][KEYS + 4];
    int item = ITEM;
    int lane = item % LANES;
    int warp_query = item / LANES * ROUNDS;
    int item_query = warp_query + lane % 2 * ITEM_QUERIES;
    int key_lane = lane / 2;
    int out_query = warp_query + lane / ACROSS * OUT_ROWS;
    int out_d = lane % ACROSS * 4;
    int block = GROUP / heads;
    int head = GROUP % heads;
    int sequence = AT(blocks)[2 * block];
    long start = AT(starts)[sequence];
    int length = AT(starts)[sequence + 1] - (int)start;
    int end = AT(blocks)[2 * block + 1] + 32;
    end = end < length ? end : length;
    long column = (long)head * size;
    long key_column = (long)(head / heads_of_key) * size;
    int aligned = ((q_first | k_first | v_first | stride | (long)size) & 3) == 0;
    int masked = before != 0x7FFFFFFF || after != 0x7FFFFFFF;
    int plain = softcap == 0.0f && !has_bias;
    float weight_scale = plain ? scale : 1.0f;
    for (int first = AT(blocks)[2 * block + 1]; first < end; first += QUERIES)
    {
        FILL(queries, q, first, QUERIES, column, 0, MOST_D)
        int last = first + QUERIES < end ? first + QUERIES - 1 : end - 1;
        int base = FIRST_KEY(first);
        int tiles = (END_KEY(last) - base + KEYS - 1) / KEYS;
        float scores[ITEM_QUERIES][KEY_ROUNDS], most[ITEM_QUERIES][2], sum[ITEM_QUERIES][2], folded[ROUNDS];
        float values[PARTS][OUT_ROWS][4];
        UNROLL
        for (int r = 0; r < ITEM_QUERIES; r++)
        {
            most[r][0] = most[r][1] = -POSITIVE_INFINITY;
            sum[r][0] = sum[r][1] = 0.0f;
        }
        UNROLL
        for (int part = 0; part < PARTS; part++)
            UNROLL
            for (int o = 0; o < OUT_ROWS; o++)
                UNROLL
                for (int e = 0; e < 4; e++)
                    values[part][o][e] = 0.0f;
        KEEP_LOOP
        for (int pass = 0; pass < 2; pass++)
        {
            KEEP_LOOP
            for (int from = base; from < base + tiles * KEYS; from += KEYS)
            {
                if (pass == 0 || tiles > 1)
                {
                    UNROLL
                    for (int r = 0; r < ITEM_QUERIES; r++)
                        UNROLL
                        for (int n = 0; n < KEY_ROUNDS; n++)
                            scores[r][n] = 0.0f;
                    KEEP_LOOP
                    for (int part = 0; part < PARTS; part++)
                    {
                        BARRIER;
                        FILL(tile, k, from, KEYS, key_column, part * PART, PART)
                        BARRIER;
                        int width = size - part * PART < PART ? size - part * PART : PART;
                        KEEP_LOOP
                        for (int d = 0; d < width; d += 4)
                        {
                            float right[KEY_ROUNDS][4];
                            UNROLL
                            for (int n = 0; n < KEY_ROUNDS; n++)
                            {
                                float4 four = LOAD4(&tile[n * KEY_LANES + key_lane][d]);
                                right[n][0] = four.x;
                                right[n][1] = four.y;
                                right[n][2] = four.z;
                                right[n][3] = four.w;
                            }
                            UNROLL
                            for (int r = 0; r < ITEM_QUERIES; r++)
                            {
                                float4 four = LOAD4(&queries[item_query + r][part * PART + d]);
                                float left[4] = { four.x, four.y, four.z, four.w };
                                UNROLL
                                for (int n = 0; n < KEY_ROUNDS; n++)
                                    UNROLL
                                    for (int e = 0; e < 4; e++)
                                        scores[r][n] = FMA(left[e], right[n][e], scores[r][n]);
                            }
                        }
                    }
                    if (!plain || positions)
                    {
                        // A loop that stays one, since what follows for every score would be most of the program; the
                        // scores are picked out of the registers by comparisons.
                        KEEP_LOOP
                        for (int place = 0; place < ITEM_QUERIES * KEY_ROUNDS; place++)
                        {
                            float score = scores[0][0];
                            UNROLL
                            for (int r = 0; r < ITEM_QUERIES; r++)
                                UNROLL
                                for (int n = 0; n < KEY_ROUNDS; n++)
                                    score = place == r * KEY_ROUNDS + n ? scores[r][n] : score;
                            int row = item_query + place / KEY_ROUNDS;
                            int key = from + place % KEY_ROUNDS * KEY_LANES + key_lane;
                            int distance = key - first - row;
                            distance = distance < -reach ? -reach : distance;
                            distance = (distance > reach ? reach : distance) + reach;
                            if (positions && key < length)
                            {
                                long table = (long)head * size * positions + (int)AT(position_rows)[distance];
                                GLOBAL const float* pk = AT(position_keys) + table;
                                GLOBAL const float* pq = AT(position_queries) + table;
#if PART == MOST_D
                                LOCAL const float* own = tile[key - from];
#else
                                GLOBAL const float* own = AT(k) + (start + key) * stride + key_column;
#endif
                                float content = 0.0f;
                                float position = 0.0f;
                                for (int d = 0; d < size; d++)
                                {
                                    content = FMA(queries[row][d], pk[(long)d * positions], content);
                                    position = FMA(own[d], pq[(long)d * positions], position);
                                }
                                score = score + content + position;
                            }
                            if (softcap != 0.0f)
                                score = softcap * tanh_f32(score * (scale / softcap));
                            else if (has_bias)
                                score = FMA(score, scale, AT(bias)[(long)head * (2 * reach + 1) + distance]);
                            UNROLL
                            for (int r = 0; r < ITEM_QUERIES; r++)
                                UNROLL
                                for (int n = 0; n < KEY_ROUNDS; n++)
                                    scores[r][n] = place == r * KEY_ROUNDS + n ? score : scores[r][n];
                        }
                    }
                }
                // Of the item's first query from its first key: nothing that is one for each query is kept.
                int behind = first + item_query - from - key_lane;
                int left_over = length - from - key_lane;
                if (pass == 0)
                {
                    UNROLL
                    for (int r = 0; r < ITEM_QUERIES; r++)
                    {
                        UNROLL
                        for (int n = 0; n < KEY_ROUNDS; n++)
                        {
                            float score = SEEN(r, n) ? scores[r][n] : -POSITIVE_INFINITY;
                            most[r][n % 2] = most[r][n % 2] > score ? most[r][n % 2] : score;
                        }
                    }
                    continue;
                }
                UNROLL
                for (int r = 0; r < ITEM_QUERIES; r++)
                {
                    UNROLL
                    for (int n = 0; n < KEY_ROUNDS; n++)
                    {
                        float weight = exp_f32(FMA(scores[r][n], weight_scale, -most[r][0]));
                        weight = SEEN(r, n) ? weight : 0.0f;
                        weights[item_query + r][n * KEY_LANES + key_lane] = weight;
                        sum[r][n % 2] = sum[r][n % 2] + weight;
                    }
                }
                int there = length - from < KEYS ? length - from : KEYS;
                UNROLL
                for (int part = 0; part < PARTS; part++)
                {
                    BARRIER;
                    FILL(tile, v, from, KEYS, key_column, part * PART, PART)
                    BARRIER;
                    int whole = there & ~3;
                    KEEP_LOOP
                    for (int j = 0; j < whole; j += 4)
                    {
                        float left[OUT_ROWS][4];
                        UNROLL
                        for (int o = 0; o < OUT_ROWS; o++)
                        {
                            float4 four = LOAD4(&weights[out_query + o][j]);
                            left[o][0] = four.x;
                            left[o][1] = four.y;
                            left[o][2] = four.z;
                            left[o][3] = four.w;
                        }
                        UNROLL
                        for (int e = 0; e < 4; e++)
                        {
                            float4 four = LOAD4(&tile[j + e][out_d]);
                            UNROLL
                            for (int o = 0; o < OUT_ROWS; o++)
                            {
                                values[part][o][0] = FMA(left[o][e], four.x, values[part][o][0]);
                                values[part][o][1] = FMA(left[o][e], four.y, values[part][o][1]);
                                values[part][o][2] = FMA(left[o][e], four.z, values[part][o][2]);
                                values[part][o][3] = FMA(left[o][e], four.w, values[part][o][3]);
                            }
                        }
                    }
                    KEEP_LOOP
                    for (int j = whole; j < there; j++)
                    {
                        float4 four = LOAD4(&tile[j][out_d]);
                        UNROLL
                        for (int o = 0; o < OUT_ROWS; o++)
                        {
                            float left = weights[out_query + o][j];
                            values[part][o][0] = FMA(left, four.x, values[part][o][0]);
                            values[part][o][1] = FMA(left, four.y, values[part][o][1]);
                            values[part][o][2] = FMA(left, four.z, values[part][o][2]);
                            values[part][o][3] = FMA(left, four.w, values[part][o][3]);
                        }
                    }
                }
            }
            // The lanes of each query, turned to where its first key is in lane 0, are folded.
            BARRIER;
            UNROLL
            for (int r = 0; r < ITEM_QUERIES; r++)
            {
                LOCAL float* lanes = weights[item_query + r];
                int turned = key_lane + base - FIRST_KEY(first + item_query + r);
                lanes[turned & (LANES - 1)] = pass == 0 ? most[r][0] : sum[r][0];
                lanes[(turned + KEY_LANES) & (LANES - 1)] = pass == 0 ? most[r][1] : sum[r][1];
            }
            BARRIER;
            if (pass == 0)
            {
                UNROLL
                for (int r = 0; r < ROUNDS; r++)
                {
                    LOCAL float* lanes = weights[warp_query + r];
                    folded[r] = fold_max(lanes[lane], lane, lanes) * weight_scale;
                }
                UNROLL
                for (int r = 0; r < ITEM_QUERIES; r++)
                {
                    float even = folded[r];
                    float odd = folded[ITEM_QUERIES + r];
                    most[r][0] = lane % 2 == 0 ? even : odd;
                }
            }
            // Nobody reads the lanes any more where weights are written next, or where the next fold is.
            BARRIER;
        }
        UNROLL
        for (int r = 0; r < ROUNDS; r++)
        {
            LOCAL float* lanes = weights[warp_query + r];
            folded[r] = 1.0f / fold_sum(lanes[lane], lane, lanes);
        }
        UNROLL
        for (int o = 0; o < OUT_ROWS; o++)
        {
            float inverse = 0.0f;
            UNROLL
            for (int r = 0; r < ROUNDS; r++)
                inverse = warp_query + r == out_query + o ? folded[r] : inverse;
            int i = first + out_query + o;
            GLOBAL float* to = AT(y) + (start + i) * y_stride + column;
            UNROLL
            for (int part = 0; part < PARTS; part++)
            {
                UNROLL
                for (int e = 0; e < 4; e++)
                {
                    int d = part * PART + out_d + e;
                    float value = masked ? values[part][o][e] + 0.0f : values[part][o][e];
                    if (i < end && d < size)
                        to[d] = value * inverse;
                }
            }
        }
        BARRIER;
    }
}

#undef KEYS
#undef ROUNDS
#undef KEY_ROUNDS
#undef ITEM_QUERIES
#undef KEY_LANES
#undef ATTEND_ITEMS
#undef PART
#undef PARTS
#undef ACROSS
#undef OUT_ROWS
#undef FIRST_KEY
#undef END_KEY
#undef SEEN
#undef FILL
