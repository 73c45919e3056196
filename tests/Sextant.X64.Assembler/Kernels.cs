namespace Sextant.X64;

/// <summary>Every kernel there is.</summary>
internal static class Kernels
{
    public static CodeImage All()
    {
        var kernels = new List<AssembledKernel>();
        for (int vectors = 1; vectors <= GemmInt8Tile.MaxVectors; vectors++)
        {
            for (int rows = 1; rows <= GemmInt8Tile.MaxRows; rows++)
                kernels.Add(GemmInt8Tile.Assemble(rows, vectors));
        }
        kernels.Add(HammingPopcount.One());
        kernels.Add(HammingPopcount.Four());
        kernels.Add(PeakLoops.Int8());
        kernels.Add(PeakLoops.BFloat16());
        return new CodeImage(kernels);
    }
}
