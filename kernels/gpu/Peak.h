// The ceilings that kernels are held against: arithmetic that touches no memory, memory that is only read, written or
// copied. A group is 256 items. Results are written so that nothing is left out.

#define PEAK_ITEMS 256
#define PEAK_WIDTH 4

// Sixteen chains hide the latency of the operation. STEP(v) is the operation, iterations times on each of them.
#define PEAK_CHAINS(TYPE, start, STEP) \
    TYPE v0 = start, v1 = start, v2 = start, v3 = start, v4 = start, v5 = start, v6 = start, v7 = start; \
    TYPE v8 = start, v9 = start, v10 = start, v11 = start, v12 = start, v13 = start, v14 = start, v15 = start; \
    for (int i = 0; i < iterations; i++) { \
        STEP(v0) STEP(v1) STEP(v2) STEP(v3) STEP(v4) STEP(v5) STEP(v6) STEP(v7) \
        STEP(v8) STEP(v9) STEP(v10) STEP(v11) STEP(v12) STEP(v13) STEP(v14) STEP(v15) \
    } \
    TYPE sum = ((v0 + v1) + (v2 + v3)) + ((v4 + v5) + (v6 + v7)) \
        + (((v8 + v9) + (v10 + v11)) + ((v12 + v13) + (v14 + v15)));

#define PEAK_FMA(v) v = FMA(v, m, a);

KERNEL GROUP_SIZE(PEAK_ITEMS) void peak_fma_f32(int iterations, BUFFER(float, y))
{
    float m = (float)(0.999f);
    float a = (float)(0.001f * (float)(ITEM + 1));
    PEAK_CHAINS(float, a, PEAK_FMA)
    AT(y)[GROUP * PEAK_ITEMS + ITEM] = sum;
}

#if !defined(__OPENCL_C_VERSION__) || defined(cl_khr_fp64)
#ifdef __OPENCL_C_VERSION__
#pragma OPENCL EXTENSION cl_khr_fp64 : enable
#define PEAK_FMA_F64(v) v = fma(v, m, a);
#else
#define PEAK_FMA_F64(v) v = __builtin_fma(v, m, a);
#endif
KERNEL GROUP_SIZE(PEAK_ITEMS) void peak_fma_f64(int iterations, BUFFER(float, y))
{
    double m = (double)(0.999);
    double a = (double)(0.001f * (float)(ITEM + 1));
    PEAK_CHAINS(double, a, PEAK_FMA_F64)
    AT(y)[GROUP * PEAK_ITEMS + ITEM] = (float)sum;
}
#endif

// Each group goes through the same number of vectors; a pass begins one group further than the pass before, so that no
// pass can be taken for a repetition. Neighbouring items read neighbouring vectors.
#define PEAK_BASE ((long)((GROUP + pass) % GROUPS) * PEAK_ITEMS + ITEM)
#define PEAK_STEP ((long)GROUPS * PEAK_ITEMS)

// x: GROUPS · PEAK_ITEMS · vectors vectors; vectors is a multiple of 4.
KERNEL GROUP_SIZE(PEAK_ITEMS) void peak_read(BUFFER(const float, x), int vectors, int passes, BUFFER(float, y))
{
    GLOBAL const float* from = AT(x);
    long step = PEAK_STEP * PEAK_WIDTH;
    float first = 0.0f;
    for (int pass = 0; pass < passes; pass++) {
        GLOBAL const float* at = from + PEAK_BASE * PEAK_WIDTH;
        float4 a = LOAD4(at), b = a, c = a, d = a;
        for (int i = 0; i < vectors; i += 4) {
            a += LOAD4(at);
            b += LOAD4(at + step);
            c += LOAD4(at + 2 * step);
            d += LOAD4(at + 3 * step);
            at += 4 * step;
        }
        a = (a + b) + (c + d);
        first += (a.x + a.y) + (a.z + a.w);
    }
    AT(y)[GROUP * PEAK_ITEMS + ITEM] = first;
}

KERNEL GROUP_SIZE(PEAK_ITEMS) void peak_write(BUFFER(float, x), int vectors, int passes)
{
    long step = PEAK_STEP * PEAK_WIDTH;
    for (int pass = 0; pass < passes; pass++) {
        GLOBAL float* to = AT(x) + PEAK_BASE * PEAK_WIDTH;
        float4 value = LOAD4(to);
        value.x = (float)(pass + 1);
        value.y = value.z = value.w = value.x;
        for (int i = 0; i < vectors; i++)
            STORE4(value, to + i * step);
    }
}

KERNEL GROUP_SIZE(PEAK_ITEMS) void peak_copy(BUFFER(const float, x), int vectors, int passes, BUFFER(float, y))
{
    long step = PEAK_STEP * PEAK_WIDTH;
    for (int pass = 0; pass < passes; pass++) {
        long base = PEAK_BASE * PEAK_WIDTH;
        GLOBAL const float* from = AT(x) + base;
        GLOBAL float* to = AT(y) + base;
        for (int i = 0; i < vectors; i++)
            STORE4(LOAD4(from + i * step), to + i * step);
    }
}

// What starting a kernel costs.
KERNEL GROUP_SIZE(PEAK_ITEMS) void peak_nothing(BUFFER(float, y))
{
    if (GROUP < 0)
        AT(y)[0] = 0.0f;
}

// Local memory, read by neighbouring items from neighbouring places.
KERNEL GROUP_SIZE(PEAK_ITEMS) void peak_shared(int iterations, BUFFER(float, y))
{
    LOCAL_ARRAY float tile[2048];
    for (int i = ITEM; i < 2048; i += 256)
        tile[i] = (float)(i + 1);
    BARRIER;
    LOCAL const float* at = tile + 4 * ITEM;
    float4 sum = LOAD4(at);
    int place = iterations & 1024;
    for (int i = 0; i < iterations; i++) {
        sum += LOAD4(at + place);
        place ^= 1024;
    }
    AT(y)[GROUP * 256 + ITEM] = (sum.x + sum.y) + (sum.z + sum.w);
}
