using System.Runtime.CompilerServices;

namespace Sextant.Kernels.GemmInt8;

/// <summary>A micro-kernel of a product: a tile of a few rows over the outputs of a panel.</summary>
internal unsafe interface ITile
{
    /// <summary>Most rows of a tile: 4 or 8.</summary>
    static abstract int Rows { get; }

    /// <summary>Computes a tile of some rows over all outputs of a panel, 16, 32 or 48.</summary>
    static abstract void Run(ref Int8TileArguments t, int rows, int width);

    /// <summary>Applies an activation to a tile.</summary>
    static abstract void Activate(ActivationKind kind, float* tile, nint stride, int rows, int columns);
}

/// <summary>What becomes of the products of some rows with a panel. Strides count elements.</summary>
internal unsafe struct PanelOutputs
{
    public int Rows;

    /// <summary>Outputs of the panel, padding included.</summary>
    public int Width;

    /// <summary>Outputs that there are.</summary>
    public int Valid;

    /// <summary>Bytes from one step of the weights to the next are 4 · width; so many steps there are.</summary>
    public int Groups;

    public ActivationKind Activation;
    public float* Y;
    public nint YStride;

    /// <summary>Added last; null for none.</summary>
    public float* Residual;

    public nint ResidualStride;

    /// <summary>Room for a tile of eight rows.</summary>
    public float* Edge;

    /// <summary>What is fetched meanwhile; any address will do.</summary>
    public sbyte* Next;

    /// <summary>A scale and an offset for each row; null for none.</summary>
    public float* RowScales;

    public int* RowOffsets;
}

/// <summary>Runs a panel tile by tile, and fetches the panel after it meanwhile.</summary>
internal static unsafe class TiledPanel<TTile>
    where TTile : struct, ITile
{
    /// <summary>t has x, b, bias and what else belongs to the panel's columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(ref Int8TileArguments t, in PanelOutputs o)
    {
        bool late = o.Activation != ActivationKind.Identity || o.Valid != o.Width;
        // y may be the residual, which is added after the activation: the products then wait beside it.
        bool direct = o.Valid == o.Width && (o.Activation == ActivationKind.Identity || o.Residual == null);
        int tiles = (o.Rows + TTile.Rows - 1) / TTile.Rows;
        int share = (4 * PackedMatrix.PanelWidth + tiles - 1) / tiles;
        byte* x = t.X;
        t.BStep = 4 * o.Width;
        t.BEnd = t.B + o.Groups * t.BStep;
        t.YStride = (direct ? o.YStride : PackedMatrix.PanelWidth) * sizeof(float);
        t.ResidualStride = o.ResidualStride * sizeof(float);
        t.PrefetchStep = share;
        for (int row = 0; row < o.Rows; row += TTile.Rows)
        {
            int rows = Math.Min(TTile.Rows, o.Rows - row);
            float* y = o.Y + row * o.YStride;
            float* residual = o.Residual == null ? null : o.Residual + row * o.ResidualStride;
            t.X = x + row * t.XStride;
            t.Y = direct ? y : o.Edge;
            t.Residual = late ? null : residual;
            t.RowScales = o.RowScales + row;
            t.RowOffsets = o.RowOffsets + row;
            t.Prefetch = o.Next + (nint)(row / TTile.Rows) * share * o.Groups;
            TTile.Run(ref t, rows, o.Width);
            if (late)
                Finish(o, t.YStride / sizeof(float), direct ? y : o.Edge, y, residual, rows);
        }
    }

    // Activation, then residual, then the copy of an edge tile to y.
    private static void Finish(in PanelOutputs o, nint stride, float* tile, float* y, float* residual, int rows)
    {
        TTile.Activate(o.Activation, tile, stride, rows, o.Valid);
        if (tile == y && residual == null)
            return;
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < o.Valid; column++)
            {
                float value = tile[row * stride + column];
                if (residual != null)
                    value += residual[row * o.ResidualStride + column];
                y[row * o.YStride + column] = value;
            }
        }
    }
}
