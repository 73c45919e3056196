// Every op in exact mode: kernels/NUMERICS.md, to the bit. OpenCL builds this file when a device is opened (with the
// includes replaced by their text); CUDA gets what ptx/build.sh makes of it.

#include "Prelude.h"
#include "Constants.h"

#define DIVIDE(a, b) ((a) / (b))
#define REAL float
#define INTEGER int
#define AS_INTEGER(x) BITS(x)
#define AS_REAL(x) FROM_BITS(x)
#define WITH(name) name##_f32
#include "Elementary.h"
#undef REAL
#undef INTEGER
#undef AS_INTEGER
#undef AS_REAL
#undef WITH

#ifdef CPU_DEVICE
#define REAL float16
#define INTEGER int16
#define AS_INTEGER(x) as_int16(x)
#define AS_REAL(x) as_float16(x)
#define WITH(name) name##_f32x16
#include "Elementary.h"
#undef REAL
#undef INTEGER
#undef AS_INTEGER
#undef AS_REAL
#undef WITH
#endif

#ifdef CPU_DEVICE
#include "RowPart.h"
#include "NormForCpu.h"
#include "RowsForCpu.h"
#else
#include "Sum.h"
#include "Norm.h"
#include "Pool.h"
#include "Rows.h"
#endif
#include "Hamming.h"
#include "Probe.h"

#define STORED float
#define STORED_4 float4
#define WIDEN WIDEN_F32
#define LOAD_STORED(p) vload16(0, p)
#define STORED_NAME(name) name##_f32
#include "Stored.h"
#undef STORED
#undef STORED_4
#undef WIDEN
#undef STORED_NAME
#undef LOAD_STORED
#define STORED ushort
#define STORED_4 ushort4
#define WIDEN WIDEN_F16
#define LOAD_STORED(p) vload_half16(0, (GLOBAL const half*)(p))
#define STORED_NAME(name) name##_f16
#include "Stored.h"
#undef WIDEN
#undef STORED_NAME
#undef LOAD_STORED
#define WIDEN WIDEN_BF16
#define LOAD_STORED(p) as_float16(convert_uint16(vload16(0, p)) << 16)
#define STORED_NAME(name) name##_bf16
#include "Stored.h"
#undef STORED
#undef STORED_4
#undef WIDEN
#undef STORED_NAME

#ifdef CPU_DEVICE
#include "AttentionForCpu.h"
#else
#define NAME attention_32
#define MOST_D 32
#define QUERIES 32
#include "Attention.h"
#undef NAME
#undef MOST_D
#define NAME attention_64
#define MOST_D 64
#include "Attention.h"
#undef NAME
#undef MOST_D
#define NAME attention_128
#define MOST_D 128
#include "Attention.h"
#undef NAME
#undef MOST_D
#undef QUERIES
#define NAME attention_256
#define MOST_D 256
#define QUERIES 16
#include "Attention.h"
#undef NAME
#undef MOST_D
#undef QUERIES
#endif

#include "Peak.h"
