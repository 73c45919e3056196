namespace Sextant.Search;

/// <summary>Recurrent codes in tiles, wherever they are kept: each level in tiles of its own, in the same order.</summary>
internal abstract unsafe class RecurrentSource
{
    /// <summary>The tiles of a level.</summary>
    public abstract TileSource Level(int level);

    /// <summary>The lengths of what the codes of a tile, and of those behind it in a row, stand for.</summary>
    public abstract float* Lengths(int tile);
}
