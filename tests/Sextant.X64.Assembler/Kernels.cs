namespace Sextant.X64;

/// <summary>Every kernel there is.</summary>
internal static class Kernels
{
    public static CodeImage All()
    {
        var kernels = new List<AssembledKernel>();
        kernels.AddRange(TileLoop.Shapes().Select(shape => GemmInt8Tile.Assemble(shape.Rows, shape.Vectors)));
        kernels.AddRange(TileLoop.Shapes().Select(shape => GemmBFloat16Tile.Assemble(shape.Rows, shape.Vectors)));
        kernels.Add(HammingPopcount.One());
        kernels.Add(HammingPopcount.Four());
        kernels.Add(PeakLoops.Int8());
        kernels.Add(PeakLoops.BFloat16());
        return new CodeImage(kernels);
    }
}
