// What a warp of 32 items does together in fast mode: copies into local memory that are waited for later, 8 × 8
// matrices of 16-bit floats from local memory, products of 16 × 16 and 16 × 8 summed in f32, and reductions over four
// items.
//
// Two bodies. CUDA has one instruction for each (compute capability 8.0, PTX 7.0). OpenCL has none of them: there the
// items of a group exchange what they hold through local memory, so that the kernels' own text can run and be tested on
// any device. That body is for tests: it is slow, and no user is offered it. There, every item of a group has to come
// to every word.
//
// Layout of what an item holds (NVIDIA, PTX ISA, "Matrix fragments for mma.m16n8k16"), with g = lane / 4 and t = lane %
// 4:
//   a[i]  row g + 8·(i % 2), columns 2t + 8·(i / 2) and the next        16 × 16, two 16-bit floats in each
//   b[i]  rows 2t + 8·i and the next, column g                          16 × 8, two in each
//   c[i]  row g + 8·(i / 2), column 2t + i % 2                          16 × 8, f32

#define WARP 32

#ifdef __OPENCL_C_VERSION__

// Memory of a group's exchanges: for each warp 16 × 16 and 8 × 16 floats.
#define WARP_FLOATS (16 * 16 + 8 * 16)
#define WARP_MEMORY(items) LOCAL_ARRAY float warp_memory[(items) / WARP * WARP_FLOATS]; COPY_QUEUE
#define WARP_PARAMETERS LOCAL float* warp_memory, int item
#define WARP_ARGUMENTS warp_memory, item
#define SYNC_WARP BARRIER

// A copy may become visible at any time between its start and the wait for it. LATE_COPIES makes that the latest
// moment, otherwise it is the earliest: a kernel that reads too early shows in the one, one that writes too early in
// the other.
#ifdef LATE_COPIES
#define MOST_COPIES 64
#define COPY_QUEUE \
    LOCAL ushort* copy_to[MOST_COPIES]; GLOBAL const ushort* copy_from[MOST_COPIES]; int copy_bytes[MOST_COPIES]; \
    int copy_group[MOST_COPIES]; int copies = 0; int copy_groups = 0;
#define COPY_ASYNC(to, from, bytes) \
    do \
    { \
        copy_to[copies] = to; \
        copy_from[copies] = from; \
        copy_bytes[copies] = bytes; \
        copy_group[copies++] = copy_groups; \
    } while (0)
#define COPY_COMMIT copy_groups++
#define COPY_WAIT(n) \
    do \
    { \
        int left = 0; \
        for (int copy = 0; copy < copies; copy++) \
        { \
            if (copy_group[copy] < copy_groups - (n)) \
                copy_now(copy_to[copy], copy_from[copy], copy_bytes[copy]); \
            else \
            { \
                copy_to[left] = copy_to[copy]; \
                copy_from[left] = copy_from[copy]; \
                copy_bytes[left] = copy_bytes[copy]; \
                copy_group[left++] = copy_group[copy]; \
            } \
        } \
        copies = left; \
    } while (0)
#else
#define COPY_QUEUE
#define COPY_ASYNC(to, from, bytes) copy_now(to, from, bytes)
#define COPY_COMMIT
#define COPY_WAIT(n)
#endif

// 16 bytes; those behind the first `bytes` become zeros.
DEVICE void copy_now(LOCAL ushort* to, GLOBAL const ushort* from, int bytes)
{
    for (int i = 0; i < 8; i++)
        to[i] = 2 * i < bytes ? from[i] : (ushort)0;
}

DEVICE ushort narrow_f16(float x)
{
    ushort narrow;
    vstore_half_rte(x, 0, (half*)&narrow);
    return narrow;
}

DEVICE ushort narrow_bf16(float x)
{
    uint bits = as_uint(x);
    return isnan(x) ? (ushort)(bits >> 16 | 0x40) : (ushort)((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
}

#define EXP2(x) exp2(x)
#define MAX(a, b) fmax(a, b)
#define QUOTIENT(a, b) ((a) / (b))

// Each item names the beginning of a row of eight; rows 8i … 8i + 7 of the warp's 32 are matrix i. An item receives row
// g, columns 2t and 2t + 1, of each matrix; transposed, rows 2t and 2t + 1 of column g.
DEVICE void load_matrices(WARP_PARAMETERS, uint* to, LOCAL const ushort* from, int first, int transposed)
{
    int lane = item % WARP;
    LOCAL int* rows = (LOCAL int*)warp_memory + item / WARP * WARP_FLOATS;
    rows[lane] = first;
    BARRIER;
    for (int i = 0; i < 4; i++)
    {
        int low = transposed ? rows[8 * i + lane % 4 * 2] + lane / 4 : rows[8 * i + lane / 4] + lane % 4 * 2;
        int high = transposed ? rows[8 * i + lane % 4 * 2 + 1] + lane / 4 : low + 1;
        to[i] = (uint)from[low] | (uint)from[high] << 16;
    }
    BARRIER;
}

#define LOAD_MATRICES(to, from, first) load_matrices(WARP_ARGUMENTS, to, from, first, 0)
#define LOAD_MATRICES_TRANSPOSED(to, from, first) load_matrices(WARP_ARGUMENTS, to, from, first, 1)

DEVICE float widen_16(ushort x, int is_bf16)
{
    return is_bf16 ? WIDEN_BF16(x) : WIDEN_F16(x);
}

DEVICE void multiply_add(WARP_PARAMETERS, float* c, const uint* a, const uint* b, int is_bf16)
{
    int g = item % WARP / 4;
    int t = item % 4;
    LOCAL float* left = warp_memory + item / WARP * WARP_FLOATS;    // [16][16]
    LOCAL float* right = left + 16 * 16;                            // [8][16]
    for (int half_of = 0; half_of < 2; half_of++)
    {
        for (int i = 0; i < 4; i++)
            left[(g + 8 * (i % 2)) * 16 + 2 * t + 8 * (i / 2) + half_of] =
                widen_16((ushort)(a[i] >> 16 * half_of), is_bf16);
        for (int i = 0; i < 2; i++)
            right[g * 16 + 2 * t + 8 * i + half_of] = widen_16((ushort)(b[i] >> 16 * half_of), is_bf16);
    }
    BARRIER;
    for (int i = 0; i < 4; i++)
    {
        LOCAL const float* row = left + (g + 8 * (i / 2)) * 16;
        LOCAL const float* column = right + (2 * t + i % 2) * 16;
        float sum = c[i];
        for (int k = 0; k < 16; k++)
            sum = fma(row[k], column[k], sum);
        c[i] = sum;
    }
    BARRIER;
}

#define MULTIPLY_ADD_F16(c, a, b) multiply_add(WARP_ARGUMENTS, c, a, b, 0)
#define MULTIPLY_ADD_BF16(c, a, b) multiply_add(WARP_ARGUMENTS, c, a, b, 1)
#define PACK_F16(low, high) ((uint)narrow_f16(low) | (uint)narrow_f16(high) << 16)
#define PACK_BF16(low, high) ((uint)narrow_bf16(low) | (uint)narrow_bf16(high) << 16)

// Of the four items of a g.
DEVICE float quad_reduce(WARP_PARAMETERS, float x, int is_sum)
{
    int lane = item % WARP;
    LOCAL float* lanes = warp_memory + item / WARP * WARP_FLOATS;
    lanes[lane] = x;
    BARRIER;
    LOCAL const float* quad = lanes + lane / 4 * 4;
    float value = is_sum
        ? (quad[0] + quad[1]) + (quad[2] + quad[3]) : fmax(fmax(quad[0], quad[1]), fmax(quad[2], quad[3]));
    BARRIER;
    return value;
}

#define QUAD_MAX(x) quad_reduce(WARP_ARGUMENTS, x, 0)
#define QUAD_SUM(x) quad_reduce(WARP_ARGUMENTS, x, 1)

#else

#define WARP_MEMORY(items)
#define WARP_PARAMETERS int item
#define WARP_ARGUMENTS item
#define SYNC_WARP __nvvm_bar_warp_sync(-1)

// The address of local memory as its instructions take it: 32 bits.
DEVICE uint local_address(const void* p)
{
    return (uint)(ulong)(const __attribute__((address_space(3))) void*)p;
}

DEVICE void copy_async(ushort* to, const ushort* from, int bytes)
{
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;"
                 ::"r"(local_address(to)), "l"(from), "r"(bytes)
                 : "memory");
}

#define COPY_ASYNC(to, from, bytes) copy_async(to, from, bytes)
#define COPY_COMMIT asm volatile("cp.async.commit_group;" ::: "memory")
#define COPY_WAIT(n) asm volatile("cp.async.wait_group %0;" ::"n"(n) : "memory")

DEVICE ushort narrow_f16(float x)
{
    ushort narrow;
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(narrow) : "f"(x));
    return narrow;
}

DEVICE uint pack_f16(float low, float high)
{
    uint both;
    asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(both) : "f"(high), "f"(low));
    return both;
}

DEVICE uint pack_bf16(float low, float high)
{
    uint both;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(both) : "f"(high), "f"(low));
    return both;
}

DEVICE ushort narrow_bf16(float x)
{
    return (ushort)pack_bf16(x, 0.0f);
}

#define PACK_F16(low, high) pack_f16(low, high)
#define PACK_BF16(low, high) pack_bf16(low, high)

DEVICE float exp2_fast(float x)
{
    float y;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
}

DEVICE float quotient(float a, float b)
{
    float inverse;
    asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(inverse) : "f"(b));
    return a * inverse;
}

#define EXP2(x) exp2_fast(x)
#define MAX(a, b) __builtin_fmaxf(a, b)
#define QUOTIENT(a, b) quotient(a, b)

DEVICE void load_matrices(uint* to, const ushort* from)
{
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
                 : "r"(local_address(from))
                 : "memory");
}

DEVICE void load_matrices_transposed(uint* to, const ushort* from)
{
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
                 : "r"(local_address(from))
                 : "memory");
}

#define LOAD_MATRICES(to, from, first) load_matrices(to, (from) + (first))
#define LOAD_MATRICES_TRANSPOSED(to, from, first) load_matrices_transposed(to, (from) + (first))

DEVICE void multiply_add_f16(float* c, const uint* a, const uint* b)
{
    asm("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 "
        "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
        : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

DEVICE void multiply_add_bf16(float* c, const uint* a, const uint* b)
{
    asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 "
        "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
        : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

#define MULTIPLY_ADD_F16(c, a, b) multiply_add_f16(c, a, b)
#define MULTIPLY_ADD_BF16(c, a, b) multiply_add_bf16(c, a, b)

DEVICE float quad_max(float x)
{
    x = MAX(x, __nvvm_shfl_sync_bfly_f32(-1, x, 1, 31));
    return MAX(x, __nvvm_shfl_sync_bfly_f32(-1, x, 2, 31));
}

DEVICE float quad_sum(float x)
{
    x = x + __nvvm_shfl_sync_bfly_f32(-1, x, 1, 31);
    return x + __nvvm_shfl_sync_bfly_f32(-1, x, 2, 31);
}

#define QUAD_MAX(x) quad_max(x)
#define QUAD_SUM(x) quad_sum(x)

#endif
