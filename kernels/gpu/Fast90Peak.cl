// Ceilings of tensor cores, by the instructions of Fast90.cl: not built before `sextant bench` asks for them.

#include "FastPrelude.h"
#include "Warpgroup.h"

#define FAST(name) name##_fast_f16
#define TYPE f16
#define IS_BF16 0
#define NARROW(x) narrow_f16(x)
#include "FastWidePeak.h"
#undef FAST
#undef TYPE
#undef IS_BF16
#undef NARROW
#define FAST(name) name##_fast_bf16
#define TYPE bf16
#define IS_BF16 1
#define NARROW(x) narrow_bf16(x)
#include "FastWidePeak.h"
