namespace Sextant.Kernels.GemmInt8;

/// <summary>A micro-kernel of products in bytes, and the form in which it wants its rows.</summary>
internal unsafe interface IInt8Tile : ITile
{
    /// <summary>Bytes that a group of four inputs takes in a prepared row; 0: rows are read as they are.</summary>
    static abstract int PreparedGroup { get; }

    /// <summary>
    /// Writes a panel in the form that tiles read faster, twice as long; only where rows are prepared too.
    /// </summary>
    static abstract void Expand(sbyte* panel, int width, int groups, sbyte* to);

    /// <summary>Writes a row in the form that <see cref="ITile.Run"/> reads.</summary>
    static abstract void Prepare(byte* row, int offset, int groups, byte* to);
}
