// The words that OpenCL C and CUDA C have for the same things. All other files use these words only.
//
// A buffer parameter is a memory object and the element at which it begins, since OpenCL 1.2 has no device addresses.
// Grids have one dimension: OpenCL and CUDA differ in the limits of the others.

#ifdef __OPENCL_C_VERSION__

#pragma OPENCL FP_CONTRACT OFF
#define KERNEL __kernel
#define schar char
#define schar4 char4
#define DEVICE
#define GLOBAL __global
#define LOCAL __local
#define LOCAL_ARRAY __local
#define CONSTANT __constant
#define GROUP_SIZE(n) __attribute__((reqd_work_group_size(n, 1, 1)))
#define GROUP_SIZE_ALONE(n) GROUP_SIZE(n)
#define GROUP_SIZE_TIMES(n, groups) GROUP_SIZE(n)
#define GROUP ((int)get_group_id(0))
#define GROUPS ((int)get_num_groups(0))
#define ITEM ((int)get_local_id(0))
#define BARRIER barrier(CLK_LOCAL_MEM_FENCE)
#define FMA(a, b, c) fma(a, b, c)
#define SQRT(x) sqrt(x)
#define BITS(x) as_int(x)
#define FROM_BITS(x) as_float(x)
#define POPCOUNT(x) ((int)popcount(x))
#define POSITIVE_INFINITY INFINITY
#define LOAD4(p) vload4(0, p)
#define LOAD4_WHOLE(p) vload4(0, p)
#define STORE4(v, p) vstore4(v, 0, p)
#define STORE2(v, p) vstore2(v, 0, p)
#define ATOMIC_ADD(p, v) atomic_add(p, v)

#else

typedef signed char schar;
typedef unsigned char uchar;
typedef unsigned short ushort;
typedef unsigned int uint;
typedef unsigned long ulong;
typedef float float2 __attribute__((ext_vector_type(2)));
typedef float float4 __attribute__((ext_vector_type(4)));
typedef ushort ushort4 __attribute__((ext_vector_type(4)));
typedef schar schar4 __attribute__((ext_vector_type(4)));
#define KERNEL extern "C" __attribute__((global))
#define DEVICE static inline __attribute__((device, always_inline))
#define GLOBAL
#define LOCAL
#define LOCAL_ARRAY __attribute__((shared, aligned(16)))
#define CONSTANT static __attribute__((device)) const
#define GROUP_SIZE(n) __attribute__((launch_bounds(n)))
// For kernels whose registers do not fit twice into a multiprocessor (ptx/registers.txt): one group has it to itself.
#define GROUP_SIZE_ALONE(n) __attribute__((launch_bounds(n, 1)))
// For kernels that need so many groups on a multiprocessor at once to hide what they wait for.
#define GROUP_SIZE_TIMES(n, groups) __attribute__((launch_bounds(n, groups)))
#define GROUP ((int)__nvvm_read_ptx_sreg_ctaid_x())
#define GROUPS ((int)__nvvm_read_ptx_sreg_nctaid_x())
#define ITEM ((int)__nvvm_read_ptx_sreg_tid_x())
#define BARRIER __syncthreads()
#define FMA(a, b, c) __builtin_fmaf(a, b, c)
#define SQRT(x) __nvvm_sqrt_rn_f(x)
#define BITS(x) __builtin_bit_cast(int, x)
#define FROM_BITS(x) __builtin_bit_cast(float, x)
#define POPCOUNT(x) __builtin_popcountll(x)
#define POSITIVE_INFINITY __builtin_inff()
#define LOAD4(p) load4(p)
#define LOAD4_WHOLE(p) load4_whole(p)
#define STORE4(v, p) store4(v, p)
#define STORE2(v, p) store2(v, p)
#define ATOMIC_ADD(p, v) __nvvm_atom_add_gen_i(p, v)
DEVICE float4 load4(const float* p) { return *(const float4*)p; }
DEVICE ushort4 load4(const ushort* p) { return *(const ushort4*)p; }
DEVICE schar4 load4(const schar* p) { return *(const schar4*)p; }
// Stays one instruction where clang sees the same numbers read one by one on another way, and would share those reads.
DEVICE float4 load4_whole(const float* p)
{
    float a, b, c, d;
    asm volatile("ld.global.v4.f32 {%0, %1, %2, %3}, [%4];" : "=f"(a), "=f"(b), "=f"(c), "=f"(d) : "l"(p) : "memory");
    float4 four = { a, b, c, d };
    return four;
}
DEVICE void store4(float4 v, float* p) { *(float4*)p = v; }
DEVICE void store2(float2 v, float* p) { *(float2*)p = v; }

#endif

// Loops whose bodies index registers are unrolled; processors have none to index, and their drivers take minutes for
// the copies.
#ifdef KEEP_LOOPS
#define UNROLL _Pragma("nounroll")
#else
#define UNROLL _Pragma("unroll")
#endif

#define KEEP_LOOP _Pragma("nounroll")

#define BUFFER(type, name) GLOBAL type* name##_memory, long name##_first
#define AT(name) (name##_memory + name##_first)

// Widening is exact.
#ifdef __OPENCL_C_VERSION__
#define WIDEN_F16(x) widen_f16(x)
DEVICE float widen_f16(ushort x)
{
    ushort stored = x;
    return vload_half(0, (const half*)&stored);
}
#else
DEVICE float widen_f16(ushort x)
{
    float wide;
    asm("cvt.f32.f16 %0, %1;" : "=f"(wide) : "h"(x));
    return wide;
}
#define WIDEN_F16(x) widen_f16(x)
#endif
#define WIDEN_BF16(x) FROM_BITS((int)(x) << 16)
#define WIDEN_F32(x) (x)
#define WIDEN_I8(x) ((float)(x))

// Four numbers in a row, of which `count` are there: in one piece where they lie so, and all are.
DEVICE void read_four(GLOBAL const float* from, int count, int aligned, float* to)
{
    if (aligned && count == 4)
    {
        float4 four = LOAD4_WHOLE(from);
        to[0] = four.x;
        to[1] = four.y;
        to[2] = four.z;
        to[3] = four.w;
    }
    else
    {
        UNROLL
        for (int e = 0; e < 4; e++)
            to[e] = e < count ? from[e] : 0.0f;
    }
}

DEVICE void write_four(GLOBAL float* to, int count, int aligned, const float* from)
{
    if (aligned && count == 4)
    {
        float4 four;
        four.x = from[0];
        four.y = from[1];
        four.z = from[2];
        four.w = from[3];
        STORE4(four, to);
    }
    else
    {
        UNROLL
        for (int e = 0; e < 4; e++)
        {
            if (e < count)
                to[e] = from[e];
        }
    }
}
