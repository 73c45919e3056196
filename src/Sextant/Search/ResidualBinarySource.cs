namespace Sextant.Search;

/// <summary>
/// Residual binary codes in tiles, wherever they are kept: each level in tiles of its own, in the same order.
/// </summary>
internal abstract unsafe class ResidualBinarySource
{
    /// <summary>The tiles of a level.</summary>
    public abstract TileSource Level(int level);

    /// <summary>The lengths of what codes stand for.</summary>
    /// <param name="tile">The tile with the first of them.</param>
    /// <param name="codes">How many; all in tiles that lie in a row.</param>
    public abstract float* Lengths(int tile, int codes);
}
