// GEMM, f32, for OpenCL devices that are processors.
//           y [T,F] = activation(x [T,K] · w [F,K]ᵀ + b [F]) + residual [T,F]
// Layout    x: row-major.  w: panels of 16 outputs, [F/16][K][16]: one vector for each k.
// Items     one for each 32 rows × 48 outputs, alone in its group; it works through 8 rows at a time, in registers: 24
//           sums, 3 of w, 1 of x.  Neighbours in the grid have the same outputs, so that their weights are in the
//           cache.
// Order     k ascending, one chain for each output.
// Aliasing  y may be the residual: a vector is read, then written.
// Included once for each stored type: NAME, STORED, STORED_NAME.

#define BLOCK_ROWS 8
#define BLOCK_NAME STORED_NAME(block_8)
#include "GemmBlockForCpu.h"
#undef BLOCK_ROWS
#undef BLOCK_NAME
#define BLOCK_ROWS 4
#define BLOCK_NAME STORED_NAME(block_4)
#include "GemmBlockForCpu.h"
#undef BLOCK_ROWS
#undef BLOCK_NAME
#define BLOCK_ROWS 2
#define BLOCK_NAME STORED_NAME(block_2)
#include "GemmBlockForCpu.h"
#undef BLOCK_ROWS
#undef BLOCK_NAME
#define BLOCK_ROWS 1
#define BLOCK_NAME STORED_NAME(block_1)
#include "GemmBlockForCpu.h"
#undef BLOCK_ROWS
#undef BLOCK_NAME

KERNEL GROUP_SIZE(1) void NAME(
    BUFFER(const float, x), long x_stride, int x_aligned, int rows, BUFFER(const STORED, w), int inputs, int outputs,
    BUFFER(const float, bias), int has_bias, int activation,
    BUFFER(const float, residual), long residual_stride, int has_residual, BUFFER(float, y), long y_stride)
{
    int row_blocks = (rows + 31) / 32;
    int row = GROUP % row_blocks * 32;
    int end = row + 32 < rows ? row + 32 : rows;
    int panel = GROUP / row_blocks * 3;
    for (; row + 8 <= end; row += 8)
        STORED_NAME(block_8)(
            AT(x) + row * x_stride, x_stride, AT(w), panel, inputs, outputs, AT(bias), has_bias, activation,
            AT(residual) + row * residual_stride, residual_stride, has_residual, AT(y) + row * y_stride, y_stride);
    for (; row + 4 <= end; row += 4)
        STORED_NAME(block_4)(
            AT(x) + row * x_stride, x_stride, AT(w), panel, inputs, outputs, AT(bias), has_bias, activation,
            AT(residual) + row * residual_stride, residual_stride, has_residual, AT(y) + row * y_stride, y_stride);
    for (; row + 2 <= end; row += 2)
        STORED_NAME(block_2)(
            AT(x) + row * x_stride, x_stride, AT(w), panel, inputs, outputs, AT(bias), has_bias, activation,
            AT(residual) + row * residual_stride, residual_stride, has_residual, AT(y) + row * y_stride, y_stride);
    for (; row < end; row++)
        STORED_NAME(block_1)(
            AT(x) + row * x_stride, x_stride, AT(w), panel, inputs, outputs, AT(bias), has_bias, activation,
            AT(residual) + row * residual_stride, residual_stride, has_residual, AT(y) + row * y_stride, y_stride);
}
