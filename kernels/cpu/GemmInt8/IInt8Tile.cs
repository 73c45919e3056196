namespace Sextant.Kernels.GemmInt8;

/// <summary>A micro-kernel of products in bytes, and the form in which it wants its rows.</summary>
internal unsafe interface IInt8Tile
{
    /// <summary>Most rows of a tile: 4 or 8.</summary>
    static abstract int Rows { get; }

    /// <summary>Bytes that a group of four inputs takes in a prepared row; 0: rows are read as they are.</summary>
    static abstract int PreparedGroup { get; }

    /// <summary>Writes a row in the form that <see cref="Run"/> reads.</summary>
    static abstract void Prepare(byte* row, int offset, int groups, byte* to);

    /// <summary>Computes a tile of some rows over all outputs of a panel, 16, 32 or 48.</summary>
    static abstract void Run(ref Int8TileArguments t, int rows, int width);

    /// <summary>Applies an activation to a tile.</summary>
    static abstract void Activate(ActivationKind kind, float* tile, nint stride, int rows, int columns);
}
