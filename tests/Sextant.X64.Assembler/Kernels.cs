namespace Sextant.X64;

/// <summary>What there is, in two images: kernels that ship, and loops that only measure.</summary>
internal static class Kernels
{
    /// <summary>The kernels of kernels/x64.</summary>
    public static CodeImage All()
    {
        var kernels = new List<AssembledKernel>();
        kernels.AddRange(TileLoop.Shapes().Select(shape => GemmInt8Tile.Assemble(shape.Rows, shape.Vectors)));
        kernels.AddRange(TileLoop.Shapes().Select(shape => GemmBFloat16Tile.Assemble(shape.Rows, shape.Vectors)));
        kernels.Add(HammingPopcount.One());
        kernels.Add(HammingPopcount.Four());
        return new CodeImage("Sextant.Kernels.X64", "X64Code", kernels);
    }

    /// <summary>The loops of bench/Sextant.Measurement/Peaks.</summary>
    public static CodeImage Peaks() =>
        new("Sextant.Measurement.Peaks", "PeakCode", [PeakLoops.Int8(), PeakLoops.BFloat16()]);
}
