using System.Runtime.CompilerServices;
using Sextant.Kernels.Activation;
using Sextant.Kernels.Vectors;

namespace Sextant.Kernels.Gemm;

// GEMM, f32 arithmetic, weights f32, f16 or bf16:   y [T,F] = act(x [T,K] · w [F,K]ᵀ + b) + residual
// Loops     blocks of 64 to 256 rows of x, about 400 kB; in them panels; in them tiles of R rows over the whole K. A
//           panel is read from memory once per block and serves from L2 after; x stays in L2 and is not packed.
// Widening  bf16 is widened in the tile, which costs nothing that shows; f16 takes four operations a vector, so a panel
//           that more than one tile reads is widened into scratch once per block.
// Prefetch  while a panel is in use, its successor is fetched into the L2, spread evenly over the tiles of the block.
//           The weights of a model lie in execution order: the panel after a matrix's last is the next matrix's first.

internal static unsafe class GemmF32<TIsa, TVector>
    where TIsa : struct, IVectorIsa<TVector>
    where TVector : struct
{
    private const int MinBlockRows = 64;
    private const int MaxBlockRows = 256;
    private const int BlockElements = 96 * 1024;
    private const int WideningRows = 8;

    // 8×3 accumulators need the 32 registers of AVX-512; 4×3 fit into 16.
    private static int TileRows
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TIsa.Count == 16 ? 8 : 4;
    }

    private static int TileWidth
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 3 * TIsa.Count;
    }

    public static void Run(in GemmArguments g)
    {
        g.AssertValid();
        // What is widened for each block is worth more rows.
        int least = g.Weight.Type == StoredType.F16 ? 2 * MinBlockRows : MinBlockRows;
        int blockRows = Math.Clamp(BlockElements / g.Weight.Inputs & ~7, least, MaxBlockRows);
        for (int row = 0; row < g.Rows; row += blockRows)
        {
            int rows = Math.Min(blockRows, g.Rows - row);
            for (int panel = g.FirstPanel; panel < g.EndPanel; panel++)
                RunPanel(g, row, rows, panel);
        }
    }

    private static void RunPanel(in GemmArguments g, int row, int rows, int panel)
    {
        PackedMatrix w = g.Weight;
        int width = w.WidthOf(panel);
        byte* data = w.PanelAt(panel);
        byte* next = data + (nint)w.Inputs * width * PackedMatrix.ElementSize(w.Type);
        if (w.Type == StoredType.F32)
        {
            RunTiles<StoredF32>(g, row, rows, panel, data, width, next);
        }
        else if (w.Type == StoredType.F16 && rows > WideningRows)
        {
            Widen(data, (nint)w.Inputs * width, g.Scratch);
            RunTiles<StoredF32>(g, row, rows, panel, (byte*)g.Scratch, width, next);
        }
        else if (w.Type == StoredType.F16)
        {
            RunTiles<StoredF16>(g, row, rows, panel, data, width, next);
        }
        else
        {
            RunTiles<StoredBF16>(g, row, rows, panel, data, width, next);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunTiles<TStored>(
        in GemmArguments g, int row, int rows, int panel, byte* data, int width, byte* next)
        where TStored : struct, IStored
    {
        PackedMatrix w = g.Weight;
        int first = panel * PackedMatrix.PanelWidth;
        int valid = Math.Min(width, w.Outputs - first);
        float* edge = g.Scratch + (nint)w.Inputs * PackedMatrix.PanelWidth;
        bool late = g.Activation != ActivationKind.Identity || valid != width;
        // y may be the residual, which is added behind the activation: the products then wait beside it.
        bool direct = valid == width && (g.Activation == ActivationKind.Identity || g.Residual == null);
        int tiles = (rows + TileRows - 1) / TileRows;
        // Each tile fetches its share of the next panel, over its whole run: memory is asked always, never in bursts.
        int share = (PackedMatrix.PanelWidth * PackedMatrix.ElementSize(w.Type) + tiles - 1) / tiles;
        TileArguments t;
        t.XStride = g.XStride;
        t.BStride = width;
        t.Depth = w.Inputs;
        t.ResidualStride = g.ResidualStride;
        t.PrefetchStep = share;
        for (int tile = 0; tile < tiles; tile++)
        {
            int tileRow = row + tile * TileRows;
            int tileRows = Math.Min(TileRows, row + rows - tileRow);
            float* y = g.Y + tileRow * g.YStride + first;
            float* residual = g.Residual == null ? null : g.Residual + tileRow * g.ResidualStride + first;
            t.X = g.X + tileRow * g.XStride;
            t.Y = direct ? y : edge;
            t.YStride = direct ? g.YStride : PackedMatrix.PanelWidth;
            for (int column = 0; column < width; column += TileWidth)
            {
                t.B = data + column * TStored.Size;
                t.Bias = w.Bias == null ? null : w.Bias + first + column;
                t.Residual = late || residual == null ? null : residual + column;
                bool ahead = column == 0; // one of a tile's passes is enough
                t.Prefetch = ahead ? next + (nint)tile * share * w.Inputs : null;
                int vectors = Math.Min(3, (width - column) / TIsa.Count);
                GemmRows<TIsa, TVector>.Run<TStored>(t, tileRows, vectors, ahead ? (share + 63) / 64 : 0);
                t.Y += TileWidth;
            }
            if (late)
                Finish(g, t.YStride, direct ? y : edge, y, residual, tileRows, valid);
        }
    }

    // Activation, then residual, then the copy of an edge tile to its place.
    private static void Finish(
        in GemmArguments g, nint stride, float* tile, float* y, float* residual, int rows, int columns)
    {
        ActivationF32<TIsa, TVector>.Run(g.Activation, tile, stride, rows, columns);
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Widen(byte* source, nint count, float* destination)
    {
        for (nint i = 0; i < count; i += TIsa.Count)
            TIsa.Store(destination + i, TIsa.LoadF16((ushort*)source + i));
    }
}
