// Ceilings of tensor cores, by the instructions of Fast.cl: not built before `sextant bench` asks for them.

#include "FastPrelude.h"

#define FAST(name) name##_fast_f16
#define PACK(low, high) PACK_F16(low, high)
#define MULTIPLY_ADD(c, a, b) MULTIPLY_ADD_F16(c, a, b)
#include "FastPeak.h"
#undef FAST
#undef PACK
#undef MULTIPLY_ADD
#define FAST(name) name##_fast_bf16
#define PACK(low, high) PACK_BF16(low, high)
#define MULTIPLY_ADD(c, a, b) MULTIPLY_ADD_BF16(c, a, b)
#include "FastPeak.h"
