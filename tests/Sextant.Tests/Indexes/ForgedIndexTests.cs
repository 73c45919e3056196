using Sextant.Indexes;
using Sextant.Search;

namespace Sextant.Tests.Indexes;

/// <summary>Indexes that a forger made, with checksums that fit, are refused by type.</summary>
public sealed class ForgedIndexTests
{
    [Theory]
    [InlineData("forged-attribute", "has no name")]
    [InlineData("forged-numbers", "not finite")]
    public void AForgedIndexIsRefusedByName(string name, string expected)
    {
        using var scratch = new ScratchIndex();
        Directory.CreateDirectory(scratch.Path);
        foreach (string file in Directory.GetFiles(Path.Combine(TestData.Fixtures, "indexes", name)))
            File.Copy(file, scratch.File(Path.GetFileName(file)));
        InvalidIndexException problem = Assert.Throws<InvalidIndexException>(() =>
        {
            using IndexReader reader = IndexReader.Open(scratch.Path);
            float[] query = new float[reader.Dimensions];
            query.AsSpan().Fill(1);
            reader.Search(query, new Hit[10]);
        });
        Assert.Contains(expected, problem.Message);
    }
}
