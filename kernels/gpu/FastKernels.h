// The kernels of fast mode for one type of 16-bit float: FAST(name), NARROW, WIDEN, PACK, MULTIPLY_ADD.

#include "FastRows.h"

#define NAME FAST(gemm_128)
#define TILE_ROWS 128
#define TILE_COLUMNS 128
#define WARPS_DOWN 2
#define WARPS_ACROSS 4
#define STAGES 3
#include "FastGemm.h"
#undef NAME
#undef TILE_ROWS
#undef TILE_COLUMNS
#undef WARPS_DOWN
#undef WARPS_ACROSS
#undef STAGES
#define NAME FAST(gemm_64)
#define TILE_ROWS 64
#define TILE_COLUMNS 64
#define WARPS_DOWN 2
#define WARPS_ACROSS 2
#define STAGES 4
#include "FastGemm.h"
#undef NAME
#undef TILE_ROWS
#undef TILE_COLUMNS
#undef WARPS_DOWN
#undef WARPS_ACROSS
#define NAME FAST(gemm_32)
#define TILE_ROWS 32
#define TILE_COLUMNS 32
#define WARPS_DOWN 2
#define WARPS_ACROSS 2
#include "FastGemm.h"
#undef NAME
#undef TILE_ROWS
#undef TILE_COLUMNS
#undef WARPS_DOWN
#undef WARPS_ACROSS
#undef STAGES

#define NAME FAST(attention_32)
#define MOST_D 32
#define KEYS 64
#include "FastAttention.h"
#undef NAME
#undef MOST_D
#define NAME FAST(attention_64)
#define MOST_D 64
#include "FastAttention.h"
#undef NAME
#undef MOST_D
#undef KEYS
#define NAME FAST(attention_128)
#define MOST_D 128
#define KEYS 32
#include "FastAttention.h"
#undef NAME
#undef MOST_D
#undef KEYS
