// Every op in exact mode: kernels/NUMERICS.md, to the bit. OpenCL builds this file when a device is opened (with the
// includes replaced by their text); CUDA gets what ptx/build.sh makes of it.

#include "Prelude.h"
#include "Constants.h"

#define DIVIDE(a, b) ((a) / (b))
#include "Elementary.h"

#include "Sum.h"
#include "Norm.h"
#include "Pool.h"
#include "Rows.h"
#include "Hamming.h"
#include "Probe.h"

#define SCORE_ROWS 4
#define NAME score_rows_i8
#define ELEMENT schar
#define ELEMENT_4 schar4
#define WIDEN_ELEMENT WIDEN_I8
#include "Scores.h"
#undef NAME
#undef ELEMENT
#undef ELEMENT_4
#undef WIDEN_ELEMENT

#define STORED float
#define STORED_4 float4
#define WIDEN WIDEN_F32
#define STORED_NAME(name) name##_f32
#include "Stored.h"
#undef STORED
#undef STORED_4
#undef WIDEN
#undef STORED_NAME
#define STORED ushort
#define STORED_4 ushort4
#define WIDEN WIDEN_F16
#define STORED_NAME(name) name##_f16
#include "Stored.h"
#undef WIDEN
#undef STORED_NAME
#define WIDEN WIDEN_BF16
#define STORED_NAME(name) name##_bf16
#include "Stored.h"
#undef STORED
#undef STORED_4
#undef WIDEN
#undef STORED_NAME

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

#include "WeightedHamming.h"
