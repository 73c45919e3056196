// The kernels that read weights, for one way in which these are stored: STORED, WIDEN, STORED_NAME(name).

#define NAME STORED_NAME(gather)
#include "Gather.h"
#undef NAME
#define NAME STORED_NAME(score_rows)
#define ELEMENT STORED
#define ELEMENT_4 STORED_4
#define WIDEN_ELEMENT WIDEN
#include "Scores.h"
#undef NAME
#undef ELEMENT
#undef ELEMENT_4
#undef WIDEN_ELEMENT
#define NAME STORED_NAME(gemm_128)
#define TILE_ROWS 128
#define TILE_COLUMNS 128
#define ITEM_ROWS 8
#define ITEM_COLUMNS 8
#include "Gemm.h"
#undef NAME
#undef TILE_ROWS
#undef TILE_COLUMNS
#undef ITEM_ROWS
#undef ITEM_COLUMNS
#define NAME STORED_NAME(gemm_64)
#define TILE_ROWS 64
#define TILE_COLUMNS 64
#define ITEM_ROWS 4
#define ITEM_COLUMNS 4
#include "Gemm.h"
#undef NAME
#undef TILE_ROWS
#define NAME STORED_NAME(gemm_16)
#define TILE_ROWS 16
#include "Gemm.h"
#undef NAME
#undef TILE_ROWS
#undef TILE_COLUMNS
#undef ITEM_ROWS
#undef ITEM_COLUMNS
