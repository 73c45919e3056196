/* The ceilings of one core in C, beside `sextant bench peak --threads 1`: bench/check/peaks.py runs both in turns.
 *
 *   peaks BYTES...     the sizes of the working sets that are read
 *
 * Shares nothing with the C# code: other loops, other clock, its own medians. */
#define _GNU_SOURCE
#include <immintrin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, int count)
{
    qsort(values, count, sizeof *values, ascending);
    return values[count / 2];
}

#define SLICES 301
static double times[SLICES];

#if defined(__AVX512F__)
static double fma_peak(void)
{
    __m512 v[20], m = _mm512_set1_ps(0.999f), a = _mm512_set1_ps(0.001f);
    for (int i = 0; i < 20; i++) v[i] = a;
    for (int slice = 0; slice < SLICES; slice++) {
        double start = now();
        for (int i = 0; i < 20000; i++) {
#pragma GCC unroll 20
            for (int j = 0; j < 20; j++) v[j] = _mm512_fmadd_ps(v[j], m, a);
        }
        times[slice] = now() - start;
    }
    float sink = 0;
    for (int i = 0; i < 20; i++) sink += _mm512_reduce_add_ps(v[i]);
    if (sink == 1.2345f) puts("");
    return 20000.0 * 20 * 16 * 2 / median(times, SLICES) / 1e9;
}
#else
static double fma_peak(void)
{
    __m256 v[12], m = _mm256_set1_ps(0.999f), a = _mm256_set1_ps(0.001f);
    for (int i = 0; i < 12; i++) v[i] = a;
    for (int slice = 0; slice < SLICES; slice++) {
        double start = now();
        for (int i = 0; i < 20000; i++) {
#pragma GCC unroll 12
            for (int j = 0; j < 12; j++) v[j] = _mm256_fmadd_ps(v[j], m, a);
        }
        times[slice] = now() - start;
    }
    float sink = 0;
    for (int i = 0; i < 12; i++) sink += v[i][0];
    if (sink == 1.2345f) puts("");
    return 20000.0 * 12 * 8 * 2 / median(times, SLICES) / 1e9;
}
#endif

/* GB/s read from a set, four megabytes or the whole set at a time. */
static double read_peak(size_t bytes)
{
    size_t part = bytes < (4u << 20) ? bytes : (4u << 20), passes = (4u << 20) / part;
    char *memory = aligned_alloc(2 << 20, (bytes + (2 << 20) - 1) & ~(size_t)((2 << 20) - 1));
    madvise(memory, bytes, MADV_HUGEPAGE); /* as the engine's memory has them */
    unsigned long long seed = 1, sum = 0;
    for (size_t i = 0; i < bytes; i += 8) {
        seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
        memcpy(memory + i, &seed, 8);
    }
    size_t at = 0;
    int slices = bytes > (64u << 20) ? SLICES : 101;
    for (int slice = 0; slice < slices; slice++) {
        double start = now();
        for (size_t pass = 0; pass < passes; pass++) {
            __m256i a = _mm256_setzero_si256(), b = a, c = a, d = a;
            for (const char *p = memory + at, *end = p + part; p < end; p += 256) {
                _mm_prefetch(p + 4096, _MM_HINT_T0);
                _mm_prefetch(p + 4160, _MM_HINT_T0);
                _mm_prefetch(p + 4224, _MM_HINT_T0);
                _mm_prefetch(p + 4288, _MM_HINT_T0);
#if defined(__AVX512F__)
                __m512i w = _mm512_load_si512(p), x = _mm512_load_si512(p + 64);
                __m512i y = _mm512_load_si512(p + 128), z = _mm512_load_si512(p + 192);
                __asm__ volatile("" : : "v"(w), "v"(x), "v"(y), "v"(z));
#else
                a = _mm256_xor_si256(a, _mm256_load_si256((const __m256i *)p));
                b = _mm256_xor_si256(b, _mm256_load_si256((const __m256i *)(p + 32)));
                c = _mm256_xor_si256(c, _mm256_load_si256((const __m256i *)(p + 64)));
                d = _mm256_xor_si256(d, _mm256_load_si256((const __m256i *)(p + 96)));
                a = _mm256_xor_si256(a, _mm256_load_si256((const __m256i *)(p + 128)));
                b = _mm256_xor_si256(b, _mm256_load_si256((const __m256i *)(p + 160)));
                c = _mm256_xor_si256(c, _mm256_load_si256((const __m256i *)(p + 192)));
                d = _mm256_xor_si256(d, _mm256_load_si256((const __m256i *)(p + 224)));
#endif
            }
            sum += a[0] ^ b[0] ^ c[0] ^ d[0];
        }
        times[slice] = now() - start;
        at = at + 2 * part <= bytes ? at + part : 0;
    }
    if (sum == 12345) puts("");
    free(memory);
    return (double)passes * part / median(times, slices) / 1e9;
}

#if defined(__AVXVNNI__)
/* Eight sums of four products of bytes into 32 bits. One block of assembly: behind the intrinsic, gcc 12 copies every
 * sum about, and an array of them lives in memory. */
static double dot_peak(void)
{
    __m256i m = _mm256_set1_epi8(100), a = _mm256_set1_epi8(1);
    __m256i v0 = a, v1 = a, v2 = a, v3 = a, v4 = a, v5 = a, v6 = a, v7 = a, v8 = a, v9 = a, v10 = a, v11 = a;
    for (int slice = 0; slice < SLICES; slice++) {
        double start = now();
        for (int i = 0; i < 20000; i++) {
            __asm__ volatile(
                "%{vex%} vpdpbusd %13, %12, %0\n"
                "%{vex%} vpdpbusd %13, %12, %1\n"
                "%{vex%} vpdpbusd %13, %12, %2\n"
                "%{vex%} vpdpbusd %13, %12, %3\n"
                "%{vex%} vpdpbusd %13, %12, %4\n"
                "%{vex%} vpdpbusd %13, %12, %5\n"
                "%{vex%} vpdpbusd %13, %12, %6\n"
                "%{vex%} vpdpbusd %13, %12, %7\n"
                "%{vex%} vpdpbusd %13, %12, %8\n"
                "%{vex%} vpdpbusd %13, %12, %9\n"
                "%{vex%} vpdpbusd %13, %12, %10\n"
                "%{vex%} vpdpbusd %13, %12, %11\n"
                : "+x"(v0), "+x"(v1), "+x"(v2), "+x"(v3), "+x"(v4), "+x"(v5), "+x"(v6), "+x"(v7), "+x"(v8), "+x"(v9),
                  "+x"(v10), "+x"(v11)
                : "x"(m), "x"(a));
        }
        times[slice] = now() - start;
    }
    return 20000.0 * 12 * 32 * 2 / median(times, SLICES) / 1e9;
}
#endif

int main(int count, char **arguments)
{
    fma_peak();
#if defined(__AVX512F__)
    printf("f32-512: %.3f\n", fma_peak());
#else
    printf("f32-256: %.3f\n", fma_peak());
#endif
#if defined(__AVXVNNI__)
    printf("i8-256: %.3f\n", dot_peak());
#endif
    for (int i = 1; i < count; i++)
        printf("read %s: %.3f\n", arguments[i], read_peak(strtoull(arguments[i], NULL, 10)));
    return 0;
}
