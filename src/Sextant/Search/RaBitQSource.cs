namespace Sextant.Search;

/// <summary>RaBitQ codes in tiles, wherever they are kept, and the numbers that belong to each.</summary>
internal abstract unsafe class RaBitQSource
{
    /// <summary>The packed codes.</summary>
    public abstract TileSource Tiles { get; }

    /// <summary>Numbers of codes.</summary>
    /// <param name="tile">The tile with the first of them.</param>
    /// <param name="codes">How many; all in tiles that lie in a row.</param>
    /// <param name="position">0: factors; 1: squared lengths, where there are any.</param>
    public abstract float* Numbers(int tile, int codes, int position);
}
