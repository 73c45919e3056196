// Fast mode's products for compute capability 9.0, by its own instructions for a warpgroup (wgmma). CUDA gets what
// ptx/build.sh makes of it; OpenCL builds it in tests only, with the emulation of Warpgroup.h.

#include "FastPrelude.h"
#include "Warpgroup.h"
#include "FastProduct.h"

#define FAST(name) name##_fast_f16
#define TYPE f16
#define IS_BF16 0
#define NARROW(x) narrow_f16(x)
#define PACK(low, high) PACK_F16(low, high)
#include "FastWideKernels.h"
#undef FAST
#undef TYPE
#undef IS_BF16
#undef NARROW
#undef PACK
#define FAST(name) name##_fast_bf16
#define TYPE bf16
#define IS_BF16 1
#define NARROW(x) narrow_bf16(x)
#define PACK(low, high) PACK_BF16(low, high)
#include "FastWideKernels.h"
