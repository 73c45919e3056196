namespace Sextant.Search;

/// <summary>Binary codes in the tiles of eight that the Hamming kernels read, wherever they are kept.</summary>
internal abstract unsafe class TileSource
{
    /// <summary>64-bit words of a code; what a code lacks of the last one is zero.</summary>
    public abstract int Words { get; }

    /// <summary>Tiles, some perhaps with fewer than eight codes.</summary>
    public abstract int Tiles { get; }

    /// <summary>Codes.</summary>
    public abstract int Count { get; }

    /// <summary>The address of a tile.</summary>
    /// <param name="tile">Its number.</param>
    /// <param name="inARow">How many tiles lie there one after the other.</param>
    /// <param name="firstId">Id of its first code, a multiple of 8; the others follow.</param>
    /// <param name="codes">How many codes these tiles hold together.</param>
    public abstract ulong* Tile(int tile, out int inARow, out int firstId, out int codes);
}
