// Fast mode: products of 16-bit floats, summed in f32. CUDA gets what ptx/build.sh makes of it (compute capability
// 8.0); OpenCL builds it in tests only, with the emulation of Warp.h.

#include "FastPrelude.h"
#include "Sum.h"
#include "FastProduct.h"
#define NORM_ROWS 4

#define FAST(name) name##_fast_f16
#define NARROW(x) narrow_f16(x)
#define WIDEN(x) WIDEN_F16(x)
#define PACK(low, high) PACK_F16(low, high)
#define MULTIPLY_ADD(c, a, b) MULTIPLY_ADD_F16(c, a, b)
#include "FastKernels.h"
#undef FAST
#undef NARROW
#undef WIDEN
#undef PACK
#undef MULTIPLY_ADD
#define FAST(name) name##_fast_bf16
#define NARROW(x) narrow_bf16(x)
#define WIDEN(x) WIDEN_BF16(x)
#define PACK(low, high) PACK_BF16(low, high)
#define MULTIPLY_ADD(c, a, b) MULTIPLY_ADD_BF16(c, a, b)
#include "FastKernels.h"
