// Attention for OpenCL devices that are processors: an item takes 16 queries of a head, a query in each element of a
// vector.
// Scratch   [GROUPS, scratch_stride]: the queries transposed, the scores of 16 queries with all keys, and their
//           products with the position keys: linear in n.
// Order     as Attention.h: exact maximum, exp, 32 lanes of sums from the first visible key, chains that ascend. A key
//           that is not visible has the weight +0, which changes nothing but the sign of a zero; NUMERICS.md adds +0
//           there.

KERNEL GROUP_SIZE(1) void attention_cpu(
    BUFFER(const int, starts), BUFFER(const int, blocks), int items, int heads, int heads_of_key, int size,
    BUFFER(const float, q), BUFFER(const float, k), BUFFER(const float, v), long stride, float scale,
    int before, int after, float softcap, BUFFER(const float, bias), int has_bias, int reach,
    BUFFER(const float, position_keys), BUFFER(const float, position_queries), BUFFER(const float, position_rows),
    int positions, BUFFER(float, y), long y_stride, BUFFER(float, scratch), long scratch_stride)
{
    GLOBAL float* queries = AT(scratch) + GROUP * scratch_stride;       // [size, 16]
    GLOBAL float* contents = queries + 16 * size;                       // [positions, 16]
    GLOBAL float* scores = contents + 16 * positions;                   // [n, 16]
    int masked = before != 0x7FFFFFFF || after != 0x7FFFFFFF;
    int plain = softcap == 0.0f && !has_bias;
    float cap_scale = softcap == 0.0f ? 0.0f : scale / softcap;
    float weight_scale = plain ? scale : 1.0f;
    for (int item = GROUP; item < items; item += GROUPS)
    {
        int block = item / (2 * heads);                                 // of 32 queries: two halves
        int head = item / 2 % heads;
        int sequence = AT(blocks)[2 * block];
        int first = AT(blocks)[2 * block + 1] + item % 2 * 16;
        int start = AT(starts)[sequence];
        int length = AT(starts)[sequence + 1] - start;
        if (first >= length)
            continue;
        int count = length - first < 16 ? length - first : 16;
        long column = (long)head * size;
        long key_column = (long)(head / heads_of_key) * size;
        for (int row = 0; row < 16; row++)
        {
            GLOBAL const float* from = AT(q) + (start + first + (row < count ? row : 0)) * stride + column;
            for (int d = 0; d < size; d++)
                queries[16 * d + row] = from[d];
        }
        GLOBAL const float* pk = AT(position_keys) + (long)head * size * positions;
        GLOBAL const float* pq = AT(position_queries) + (long)head * size * positions;
        for (int p = 0; p < positions; p++)
        {
            float16 sum = (float16)(0.0f);
            for (int d = 0; d < size; d++)
                sum = fma(vload16(d, queries), (float16)(pk[(long)d * positions + p]), sum);
            vstore16(sum, p, contents);
        }
        // What each query sees, and what any of them sees.
        int firsts[16], ends[16];
        for (int row = 0; row < 16; row++)
        {
            int i = first + (row < count ? row : 0);
            firsts[row] = i > before ? i - before : 0;
            ends[row] = after < length - 1 - i ? i + after + 1 : length;
        }
        int16 firsts16 = vload16(0, firsts), ends16 = vload16(0, ends);
        int begin = firsts[0];
        int end = ends[count - 1];
        GLOBAL const float* keys = AT(k) + start * stride + key_column;
        int j = begin;
        for (; j + 8 <= end; j += 8)
        {
            float16 sums[8];
#pragma unroll
            for (int i = 0; i < 8; i++)
                sums[i] = (float16)(0.0f);
            for (int d = 0; d < size; d++)
            {
                float16 query = vload16(d, queries);
#pragma unroll
                for (int i = 0; i < 8; i++)
                    sums[i] = fma(query, (float16)(keys[(j + i) * stride + d]), sums[i]);
            }
#pragma unroll
            for (int i = 0; i < 8; i++)
                vstore16(sums[i], j + i - begin, scores);
        }
        for (; j < end; j++)
        {
            float16 sum = (float16)(0.0f);
            for (int d = 0; d < size; d++)
                sum = fma(vload16(d, queries), (float16)(keys[j * stride + d]), sum);
            vstore16(sum, j - begin, scores);
        }
        if (!plain || positions)
        {
            for (j = begin; j < end; j++)
            {
                GLOBAL float* score = scores + 16 * (j - begin);
                float content[16], position[16], biases[16];
                for (int row = 0; row < 16; row++)
                {
                    int distance = j - first - row;
                    distance = distance < -reach ? -reach : distance;
                    distance = (distance > reach ? reach : distance) + reach;
                    biases[row] = has_bias ? AT(bias)[(long)head * (2 * reach + 1) + distance] : 0.0f;
                    if (!positions)
                        continue;
                    int place = (int)AT(position_rows)[distance];
                    content[row] = contents[16 * place + row];
                    float sum = 0.0f;
                    for (int d = 0; d < size; d++)
                        sum = fma(keys[j * stride + d], pq[(long)d * positions + place], sum);
                    position[row] = sum;
                }
                float16 value = vload16(0, score);
                if (positions)
                    value = value + vload16(0, content) + vload16(0, position);
                if (softcap != 0.0f)
                    value = (float16)(softcap) * tanh_f32x16(value * (float16)(cap_scale));
                else if (has_bias)
                    value = fma(value, (float16)(scale), vload16(0, biases));
                vstore16(value, 0, score);
            }
        }
        float16 most = (float16)(-INFINITY);
        for (j = begin; j < end; j++)
        {
            float16 score = vload16(j - begin, scores);
            score = masked && (j < firsts[count - 1] || j >= ends[0])
                ? ((int16)(j) >= firsts16 && (int16)(j) < ends16 ? score : (float16)(-INFINITY)) : score;
            most = most > score ? most : score;
        }
        most = most * (float16)(weight_scale);
        float16 lanes[32];
        for (int lane = 0; lane < 32; lane++)
            lanes[lane] = (float16)(0.0f);
        int together = firsts[count - 1] == begin;
        for (j = begin; j < end; j++)
        {
            float16 weight = exp_f32x16(fma(vload16(j - begin, scores), (float16)(weight_scale), -most));
            if (masked && (j < firsts[count - 1] || j >= ends[0]))
                weight = (int16)(j) >= firsts16 && (int16)(j) < ends16 ? weight : (float16)(0.0f);
            vstore16(weight, j - begin, scores);
            if (together)
                lanes[(j - begin) % 32] = lanes[(j - begin) % 32] + weight;
        }
        if (!together)
        {
            // Each query counts its lanes from its own first key.
            float single[32][16];
            for (int lane = 0; lane < 32; lane++)
                for (int row = 0; row < 16; row++)
                    single[lane][row] = 0.0f;
            for (int row = 0; row < count; row++)
                for (j = firsts[row]; j < ends[row]; j++)
                    single[(j - firsts[row]) % 32][row] += scores[16 * (j - begin) + row];
            for (int lane = 0; lane < 32; lane++)
                lanes[lane] = vload16(0, single[lane]);
        }
        for (int width = 16; width > 0; width >>= 1)
            for (int lane = 0; lane < width; lane++)
                lanes[lane] = lanes[lane] + lanes[lane + width];
        float16 inverse = (float16)(1.0f) / lanes[0];
        GLOBAL const float* values = AT(v) + start * stride + key_column;
        GLOBAL float* to = AT(y) + (start + first) * y_stride + column;
        int d = 0;
        for (; d + 8 <= size; d += 8)
        {
            float16 sums[8];
#pragma unroll
            for (int i = 0; i < 8; i++)
                sums[i] = (float16)(0.0f);
            for (j = begin; j < end; j++)
            {
                float16 weight = vload16(j - begin, scores);
#pragma unroll
                for (int i = 0; i < 8; i++)
                    sums[i] = fma(weight, (float16)(values[j * stride + d + i]), sums[i]);
            }
#pragma unroll
            for (int i = 0; i < 8; i++)
            {
                float single[16];
                float16 value = masked ? sums[i] + (float16)(0.0f) : sums[i];
                vstore16(value * inverse, 0, single);
                for (int row = 0; row < count; row++)
                    to[row * y_stride + d + i] = single[row];
            }
        }
        for (; d < size; d++)
        {
            float16 sum = (float16)(0.0f);
            for (j = begin; j < end; j++)
                sum = fma(vload16(j - begin, scores), (float16)(values[j * stride + d]), sum);
            float single[16];
            sum = masked ? sum + (float16)(0.0f) : sum;
            vstore16(sum * inverse, 0, single);
            for (int row = 0; row < count; row++)
                to[row * y_stride + d] = single[row];
        }
    }
}
