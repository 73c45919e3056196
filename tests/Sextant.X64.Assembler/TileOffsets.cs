namespace Sextant.X64;

/// <summary>Where the fields of the tiles' arguments are; a test compares them with the structure.</summary>
internal static class TileOffsets
{
    public const int X = 0;
    public const int XStride = 8;
    public const int B = 16;
    public const int BEnd = 24;
    public const int Y = 32;
    public const int YStride = 40;
    public const int Residual = 48;
    public const int ResidualStride = 56;
    public const int RowScales = 64;
    public const int RowOffsets = 72;
    public const int ColumnScales = 80;
    public const int ColumnSums = 88;
    public const int Bias = 96;
    public const int Prefetch = 104;
    public const int PrefetchStep = 112;
    public const int KeepsVectors = 120;
    public const int Saved = 128;
}
