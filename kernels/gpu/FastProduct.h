// What all products of fast mode have in common: parameters, and which tile of y is a group's own.
// y [T,F] = activation(x [T,K] · w [F,K]ᵀ + b [F]) + residual [T,F]

// x: row-major, 16 bits, x_aligned where every eighth element lies at 16 bytes.  w: 16 bits, rows of padded_inputs (a
// multiple of 8, zeros behind K).  bias, residual: f32, read where has_… says so.  y16: 16 bits; y: f32, written unless
// y_narrow; y_aligned where every fourth element of y lies at 16 bytes.
#define PRODUCT_PARAMETERS \
    BUFFER(const ushort, x), long x_stride, int x_aligned, int rows, BUFFER(const ushort, w), int padded_inputs, \
    int inputs, int outputs, BUFFER(const float, bias), int has_bias, int activation, \
    BUFFER(const float, residual), long residual_stride, int has_residual, \
    BUFFER(float, y), BUFFER(ushort, y16), long y_stride, int y_narrow, int y_aligned

// Blocks of rows that share the weights in the cache.
#define BAND 8

// The first row and column of the group's tile of TILE_ROWS × TILE_COLUMNS: down a band, then across.
#define PRODUCT_PLACE \
    int blocks_down = (rows + TILE_ROWS - 1) / TILE_ROWS; \
    int blocks_across = (outputs + TILE_COLUMNS - 1) / TILE_COLUMNS; \
    int band = GROUP / (BAND * blocks_across); \
    int band_rows = blocks_down - band * BAND < BAND ? blocks_down - band * BAND : BAND; \
    int in_band = GROUP - band * BAND * blocks_across; \
    int first_row = (band * BAND + in_band % band_rows) * TILE_ROWS; \
    int first_column = in_band / band_rows * TILE_COLUMNS;
