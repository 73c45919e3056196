using Sextant.Codes;
using Sextant.Search;

namespace Sextant.Tests.Search;

/// <summary>Sizes that nothing can hold are refused when an index is made, with the size that can be.</summary>
public class LargestSizesTests
{
    public static TheoryData<string> Makers => [.. s_makers.Keys];

    private static readonly Dictionary<string, Action<int>> s_makers = new()
    {
        ["float32"] = size => MemoryIndex.Exact(size).Dispose(),
        ["float16"] = size => MemoryIndex.Exact(size, VectorCode.Float16).Dispose(),
        ["rows"] = size => _ = new FloatRows(size),
        ["late interaction"] = size => new LateInteractionIndex(size).Dispose(),
        ["binary"] = size => new BinaryIndex(size).Dispose(),
        ["rescored"] = size => MemoryIndex.Rescored(size).Dispose(),
        ["residual"] = size => _ = new ResidualBinaryCode(size, [1f]),
        ["residual, fitted"] = size => ResidualBinaryCode.Fit(new float[8], size, 8),
        ["product"] = size => _ = new ProductCode(size, 1, new float[8]),
        ["product, fitted"] = size => ProductCode.Fit(new float[8], size, 1),
        ["ranges"] = size => _ = new RangeCalibration(size),
        ["an encoding of vectors"] = size => _ = new FixedDimensionalEncoding(size),
        ["an encoding's repetitions"] = size => _ = new FixedDimensionalEncoding(16, size),
    };

    [Theory]
    [MemberData(nameof(Makers))]
    public void AreArgumentsOutOfRange(string maker)
    {
        foreach (int size in (int[])[int.MaxValue, 1 << 30, FloatRows.MaxDimensions + 1, 0, -1, int.MinValue])
            Assert.Throws<ArgumentOutOfRangeException>(() => s_makers[maker](size));
    }

    [Fact]
    public void ALeastScoreIsANumber() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new SearchOptions { MinScore = float.NaN });

    [Fact]
    public void ListsOfLongCodesAreFew()
    {
        // 65,536 bits for each of 16,385 lists is one list more than is counted.
        byte[] sample = new byte[16_385 * 8192];
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => BinaryCentroids.Learn(65_536, sample, 16_385, 1));
        Assert.Contains("at most 16384 are accepted", error.Message, StringComparison.Ordinal);
    }
}
