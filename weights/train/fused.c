/* Attention and GELU of a training step, forward and backward, on packed sequences, float32.

   Built at first use by fused.py; PyTorch's own operators do the same where there is no compiler. They need padding,
   masks and four transposed copies for attention over a few dozen tokens, which costs as much as its products.

   x [T,3H] holds query | key | value of every token; sequence s is the rows starts[s] .. starts[s+1].
   The loops run along 64 coordinates of a head or along the keys, so that a compiler turns them into vectors. */

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define HEAD 64
#define LONGEST 512

static inline float power(float x)          /* e^x for x <= 0, relative error 2e-7 */
{
    x = x < -87.0f ? -87.0f : x;
    float n = (float)(int32_t)(x * 1.44269504f - 0.5f);
    float r = x - n * 0.693359375f + n * 2.12194440e-4f;
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * r * r + r + 1.0f;
    union { int32_t i; float f; } two = { ((int32_t)n + 127) << 23 };
    return p * two.f;
}

/* rows [n, HEAD], stride apart → columns [HEAD, wide] */
static void transpose(const float *rows, int64_t stride, int n, int wide, float *columns)
{
    for (int d = 0; d < HEAD; d++)
        for (int j = 0; j < wide; j++)
            columns[d * wide + j] = j < n ? rows[j * stride + d] : 0.0f;
}

/* out [wide] = row [HEAD] · columns [HEAD, wide] */
static inline void products(const float *restrict row, const float *restrict columns, int wide, float *restrict out)
{
    for (int j = 0; j < wide; j += 16) {
        float sum[16] = { 0 };
        for (int d = 0; d < HEAD; d++)
            for (int k = 0; k < 16; k++)
                sum[k] += row[d] * columns[d * wide + j + k];
        memcpy(out + j, sum, sizeof sum);
    }
}

/* out [HEAD] = weights [n] · rows [n, HEAD], stride apart */
static inline void mixture(const float *restrict weights, const float *restrict rows, int64_t stride, int n,
                           float *restrict out)
{
    float sum[HEAD] = { 0 };
    for (int j = 0; j < n; j++)
        for (int d = 0; d < HEAD; d++)
            sum[d] += weights[j] * rows[j * stride + d];
    memcpy(out, sum, sizeof sum);
}

static void softmax(float *scores, int n, int wide, float scale)
{
    float most = scores[0], sum = 0.0f;
    for (int j = 1; j < n; j++)
        most = scores[j] > most ? scores[j] : most;
    for (int j = 0; j < wide; j++)
        scores[j] = j < n ? power(scale * (scores[j] - most)) : 0.0f;
    for (int j = 0; j < n; j++)
        sum += scores[j];
    for (int j = 0; j < n; j++)
        scores[j] /= sum;
}

/* out [T,H] */
void attend(const float *x, const int64_t *starts, int64_t sequences, int64_t heads, float *out)
{
    const int64_t width = heads * HEAD, stride = 3 * width;
    const float scale = 1.0f / sqrtf(HEAD);
    float *keys = aligned_alloc(64, sizeof(float) * HEAD * LONGEST), scores[LONGEST];
    for (int64_t s = 0; s < sequences; s++) {
        const int n = (int)(starts[s + 1] - starts[s]), wide = (n + 15) / 16 * 16;
        for (int64_t h = 0; h < heads; h++) {
            const float *query = x + starts[s] * stride + h * HEAD, *value = query + 2 * width;
            transpose(query + width, stride, n, wide, keys);
            for (int i = 0; i < n; i++) {
                products(query + i * stride, keys, wide, scores);
                softmax(scores, n, wide, scale);
                mixture(scores, value, stride, n, out + (starts[s] + i) * width + h * HEAD);
            }
        }
    }
    free(keys);
}

/* change [T,H] is the gradient of out; slope [T,3H] becomes that of x. The weights are computed again. */
void attend_back(const float *x, const float *change, const int64_t *starts, int64_t sequences, int64_t heads,
                 float *slope)
{
    const int64_t width = heads * HEAD, stride = 3 * width;
    const float scale = 1.0f / sqrtf(HEAD);
    float *keys = aligned_alloc(64, sizeof(float) * HEAD * LONGEST);
    float *values = aligned_alloc(64, sizeof(float) * HEAD * LONGEST);
    float *weights = aligned_alloc(64, sizeof(float) * LONGEST * LONGEST);
    float *slopes = aligned_alloc(64, sizeof(float) * LONGEST * LONGEST), column[LONGEST];
    for (int64_t s = 0; s < sequences; s++) {
        const int n = (int)(starts[s + 1] - starts[s]), wide = (n + 15) / 16 * 16;
        for (int64_t h = 0; h < heads; h++) {
            const float *query = x + starts[s] * stride + h * HEAD, *key = query + width, *value = key + width;
            const float *given = change + starts[s] * width + h * HEAD;
            float *to_query = slope + starts[s] * stride + h * HEAD;
            float *to_key = to_query + width, *to_value = to_key + width;
            transpose(key, stride, n, wide, keys);
            transpose(value, stride, n, wide, values);
            for (int i = 0; i < n; i++) {
                float *p = weights + i * wide, *d = slopes + i * wide, sum = 0.0f;
                products(query + i * stride, keys, wide, p);
                softmax(p, n, wide, scale);
                products(given + i * width, values, wide, d);
                for (int j = 0; j < wide; j++)
                    sum += p[j] * d[j];
                for (int j = 0; j < wide; j++)
                    d[j] = scale * p[j] * (d[j] - sum);
                mixture(d, key, stride, n, to_query + i * stride);
            }
            for (int j = 0; j < n; j++) {
                for (int i = 0; i < n; i++)
                    column[i] = slopes[i * wide + j];
                mixture(column, query, stride, n, to_key + j * stride);
                for (int i = 0; i < n; i++)
                    column[i] = weights[i * wide + j];
                mixture(column, given, width, n, to_value + j * stride);
            }
        }
    }
    free(keys);
    free(values);
    free(weights);
    free(slopes);
}

/* Phi(x) and phi(x) of the normal distribution; erfc by Abramowitz & Stegun 7.1.26, absolute error 1.5e-7. */
static inline void normal(float x, float *below, float *density)
{
    float z = fabsf(x) * 0.707106781f, t = 1.0f / (1.0f + 0.3275911f * z), e = power(-z * z);
    float tail = 0.5f * e * t * (0.254829592f + t * (-0.284496736f + t * (1.421413741f
        + t * (-1.453152027f + t * 1.061405429f))));
    *below = x < 0.0f ? tail : 1.0f - tail;
    *density = 0.39894228f * e;
}

void gelu(const float *x, int64_t count, float *out)
{
    for (int64_t i = 0; i < count; i++) {
        float below, density;
        normal(x[i], &below, &density);
        out[i] = x[i] * below;
    }
}

void gelu_back(const float *x, const float *change, int64_t count, float *slope)
{
    for (int64_t i = 0; i < count; i++) {
        float below, density;
        normal(x[i], &below, &density);
        slope[i] = change[i] * (below + x[i] * density);
    }
}
