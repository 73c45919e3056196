using System.Globalization;
using Sextant.Codes;
using Sextant.IndexWriting;

namespace Sextant.Tests.Indexes;

/// <summary>
/// Files of an index, changed thousands of times, most of them with checksums that fit the change: what comes out is an
/// index or a typed error. SEXTANT_MUTATIONS sets the number; bench/check/index-mutations.sh runs 100,000.
/// </summary>
public sealed class IndexMutationTests
{
    private const int Seed = 20261121;

    private static int Mutations =>
        int.Parse(Environment.GetEnvironmentVariable("SEXTANT_MUTATIONS") ?? "500", CultureInfo.InvariantCulture);

    [Theory]
    [InlineData(VectorCode.Binary)]
    [InlineData(VectorCode.ResidualBinary)]
    [InlineData(VectorCode.Product)]
    [InlineData(VectorCode.RaBitQ)]
    [InlineData(VectorCode.Int8)]
    [InlineData(VectorCode.Float32)]
    [InlineData(VectorCode.Float16)]
    [InlineData(VectorCode.BFloat16)]
    public void EveryFile(VectorCode code)
    {
        // In memory where there is such a folder: tens of thousands of files are written.
        string root = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();
        string folder = Path.Combine(root, $"sextant-mutations-{Guid.NewGuid():N}");
        try
        {
            Change(new IndexMutations(folder, code));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Change(IndexMutations mutations)
    {
        for (int i = 0; i < Mutations; i++)
            Assert.Null(mutations.Try(Seed + i));
        Assert.True(mutations.Accepted > 0, "nothing was read");
        Assert.True(mutations.Refused > Mutations / 4, $"only {mutations.Refused} refused");
    }
}
