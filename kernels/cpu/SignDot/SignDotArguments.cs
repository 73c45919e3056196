using System.Diagnostics;

namespace Sextant.Kernels.SignDot;

/// <summary>
/// scores [8·TileCount] = Σ (bit ? q : −q): a float query against binary codes, whose bits stand for +1 and −1. Codes
/// lie in the Hamming kernels' tiles of eight; element e of a code is bit e % 64 of its word e / 64.
/// </summary>
internal unsafe struct SignDotArguments
{
    /// <summary>[64·Words], in the order of the codes' bits; +0 where a code has no dimension.</summary>
    public float* Query;

    /// <summary>[TileCount, Words, 8].</summary>
    public ulong* Tiles;

    /// <summary>Tiles.</summary>
    public nint TileCount;

    /// <summary>64-bit words of a code.</summary>
    public int Words;

    /// <summary>[8·TileCount]; written, never read.</summary>
    public float* Scores;

    /// <summary>In debug builds: what a caller must have kept to.</summary>
    [Conditional("DEBUG")]
    internal readonly void AssertValid()
    {
        Debug.Assert(TileCount >= 0 && Words > 0);
        long codes = TileCount * Hamming.HammingArguments.TileCodes;
        Pointers.AssertApart(Tiles, codes * Words * sizeof(ulong), Scores, codes * sizeof(float));
    }
}
