using System.Runtime.CompilerServices;

namespace Sextant.Kernels.GemmInt8;

// GEMM in bytes:   y [T,F] = act(x [T,K] · w [F,K]ᵀ + b) + residual
// Loops     blocks of 64 rows of x where they must be prepared, else of 256; in them panels; in them tiles of R rows
//           over the whole K. A panel is read from memory once per block and serves from the L1 or L2 after.
// Widening  where bytes must be widened to be multiplied, a panel that several tiles read is widened once a block.
// Prefetch  while a panel is in use, its successor is fetched into the L2, spread evenly over the tiles of the block.
//           The weights of a model lie in execution order: the panel after a matrix's last is the next matrix's first.

internal static unsafe class GemmInt8<TTile, TWide>
    where TTile : struct, IInt8Tile
    where TWide : struct, IInt8Tile
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
        var wide = (sbyte*)(edge + GemmInt8Arguments.ScratchBeforePanel(g.Weight.Inputs));
        if (TTile.PreparedGroup != 0)
        {
            byte* prepared = (byte*)(edge + 8 * PackedMatrix.PanelWidth);
            nint preparedStride = ((nint)groups * TTile.PreparedGroup + 15) & ~15;
            for (int i = 0; i < rows; i++)
                TTile.Prepare(x + i * stride, g.Offsets[row + i], groups, prepared + i * preparedStride);
            x = prepared;
            stride = preparedStride;
        }
        PackedInt8Matrix w = g.Weight;
        for (int panel = g.FirstPanel; panel < g.EndPanel; panel++)
        {
            int first = panel * PackedMatrix.PanelWidth;
            Int8TileArguments t = default;
            t.X = x;
            t.XStride = stride;
            t.B = w.PanelAt(panel);
            t.ColumnScales = w.Scales + first;
            t.ColumnSums = w.Sums + first;
            t.Bias = w.Bias + first;
            int width = w.WidthOf(panel);
            var outputs = new PanelOutputs
            {
                Rows = rows,
                Width = width,
                Valid = Math.Min(width, w.Outputs - first),
                Groups = groups,
                Activation = g.Activation,
                Y = g.Y + row * g.YStride + first,
                YStride = g.YStride,
                Residual = g.Residual == null ? null : g.Residual + row * g.ResidualStride + first,
                ResidualStride = g.ResidualStride,
                Edge = edge,
                RowScales = g.Scales + row,
                RowOffsets = g.Offsets + row,
                Next = t.B + (nint)groups * 4 * width,
            };
            if (TTile.PreparedGroup == 0 || rows <= TTile.Rows)
            {
                TiledPanel<TTile>.Run(ref t, outputs);
                continue;
            }
            TTile.Expand(t.B, width, groups, wide);
            t.B = wide;
            outputs.Groups = 2 * groups;
            TiledPanel<TWide>.Run(ref t, outputs);
        }
    }
}
