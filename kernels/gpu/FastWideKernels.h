// The products of warpgroups for one type of 16-bit float: FAST(name), TYPE, IS_BF16, NARROW, PACK.

#define NAME FAST(gemm_wide_256)
#define TILE_ROWS 128
#define TILE_COLUMNS 256
#define STAGES 4
#include "FastWideGemm.h"
#undef NAME
#undef TILE_COLUMNS
#undef STAGES
#define NAME FAST(gemm_wide_128)
#define TILE_COLUMNS 128
#define STAGES 3
#include "FastWideGemm.h"
#undef NAME
#undef TILE_ROWS
#undef TILE_COLUMNS
#undef STAGES
#define NAME FAST(gemm_wide_64)
#define TILE_ROWS 64
#define TILE_COLUMNS 128
#define STAGES 4
#include "FastWideGemm.h"
#undef NAME
#undef TILE_COLUMNS
#undef STAGES
#define NAME FAST(gemm_wide_32)
#define TILE_COLUMNS 32
#define STAGES 6
#include "FastWideGemm.h"
#undef NAME
#undef TILE_ROWS
#undef TILE_COLUMNS
#undef STAGES
