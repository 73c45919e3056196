using System.Runtime.CompilerServices;

namespace Sextant.Kernels.GemmInt8;

// GEMM in bytes:   y [T,F] = act(x [T,K] · w [F,K]ᵀ + b) + residual
// Loops     blocks of 64 rows of x where they must be prepared, else of 256; in them panels; in them tiles of R rows
//           over the whole K. A panel is read from memory once per block and serves from the L1 or L2 after.
// Prefetch  while a panel is in use, its successor is fetched into the L2, spread evenly over the tiles of the block.
//           The weights of a model lie in execution order: the panel after a matrix's last is the next matrix's first.

internal static unsafe class GemmInt8<TTile>
    where TTile : struct, IInt8Tile
{
    private const int PreparedRows = 64;
    private const int MaxRows = 256;

    public static void Run(in GemmInt8Arguments g)
    {
        int blockRows = TTile.PreparedGroup == 0 ? MaxRows : PreparedRows;
        for (int row = 0; row < g.Rows; row += blockRows)
            RunBlock(g, row, Math.Min(blockRows, g.Rows - row));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunBlock(in GemmInt8Arguments g, int row, int rows)
    {
        int groups = g.Weight.Groups;
        float* edge = g.Scratch;
        byte* x = g.Q + row * g.QStride;
        nint stride = g.QStride;
        if (TTile.PreparedGroup != 0)
        {
            byte* prepared = (byte*)(edge + 8 * PackedMatrix.PanelWidth);
            nint preparedStride = ((nint)groups * TTile.PreparedGroup + 15) & ~15;
            for (int i = 0; i < rows; i++)
                TTile.Prepare(x + i * stride, g.Offsets[row + i], groups, prepared + i * preparedStride);
            x = prepared;
            stride = preparedStride;
        }
        for (int panel = g.FirstPanel; panel < g.EndPanel; panel++)
            RunPanel(g, row, rows, panel, x, stride, edge);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunPanel(
        in GemmInt8Arguments g, int row, int rows, int panel, byte* x, nint stride, float* edge)
    {
        PackedInt8Matrix w = g.Weight;
        int first = panel * PackedMatrix.PanelWidth;
        int width = w.WidthOf(panel);
        int valid = Math.Min(width, w.Outputs - first);
        bool late = g.Activation != ActivationKind.Identity || valid != width;
        // y may be the residual, which is added after the activation: the products then wait beside it.
        bool direct = valid == width && (g.Activation == ActivationKind.Identity || g.Residual == null);
        int tiles = (rows + TTile.Rows - 1) / TTile.Rows;
        int share = (4 * PackedMatrix.PanelWidth + tiles - 1) / tiles;
        int groups = w.Groups;
        Int8TileArguments t = default;
        t.XStride = stride;
        t.B = w.PanelAt(panel);
        t.BStep = 4 * width;
        t.BEnd = t.B + groups * t.BStep;
        t.YStride = (direct ? g.YStride : PackedMatrix.PanelWidth) * sizeof(float);
        t.ResidualStride = g.ResidualStride * sizeof(float);
        t.ColumnScales = w.Scales + first;
        t.ColumnSums = w.Sums + first;
        t.Bias = w.Bias + first;
        t.PrefetchStep = share;
        for (int tile = 0; tile < tiles; tile++)
        {
            int tileRow = row + tile * TTile.Rows;
            int tileRows = Math.Min(TTile.Rows, row + rows - tileRow);
            float* y = g.Y + tileRow * g.YStride + first;
            float* residual = g.Residual == null ? null : g.Residual + tileRow * g.ResidualStride + first;
            t.X = x + (tileRow - row) * stride;
            t.Y = direct ? y : edge;
            t.Residual = late ? null : residual;
            t.RowScales = g.Scales + tileRow;
            t.RowOffsets = g.Offsets + tileRow;
            t.Prefetch = t.BEnd + (nint)tile * share * groups;
            TTile.Run(ref t, tileRows, width);
            if (late)
                Finish(g, t.YStride / sizeof(float), direct ? y : edge, y, residual, tileRows, valid);
        }
    }

    // Activation, then residual, then the copy of an edge tile to y.
    private static void Finish(
        in GemmInt8Arguments g, nint stride, float* tile, float* y, float* residual, int rows, int columns)
    {
        TTile.Activate(g.Activation, tile, stride, rows, columns);
        if (tile == y && residual == null)
            return;
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                float value = tile[row * stride + column];
                if (residual != null)
                    value += residual[row * g.ResidualStride + column];
                y[row * g.YStride + column] = value;
            }
        }
    }
}
