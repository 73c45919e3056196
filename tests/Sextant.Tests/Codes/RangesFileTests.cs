using System.Text;
using Sextant.Codes;

namespace Sextant.Tests.Codes;

public class RangesFileTests
{
    [Fact]
    public void WhatIsWrittenIsReadBackToTheBit()
    {
        float[] mins = [-0.1f, -1e-45f, -3e37f, 0.3f];
        float[] maxs = [0.1f, 1e-45f, 3e37f, 0.3f];
        using var stream = new MemoryStream();
        RangesFile.Write(new CodeRanges(mins, maxs), stream);
        CodeRanges read = RangesFile.Parse("here", stream.ToArray());
        Assert.Equal(mins, read.Mins.ToArray());
        Assert.Equal(maxs, read.Maxs.ToArray());
        Assert.Equal(4, read.Dimensions);
    }

    [Theory]
    [InlineData("", "is not JSON")]
    [InlineData("[]", "holds no object")]
    [InlineData("{}", "has no 'mins'")]
    [InlineData("{\"mins\":[1]}", "has no 'maxs'")]
    [InlineData("{\"mins\":[1],\"maxs\":[2],\"scale\":1}", "unknown or second key at byte 23")]
    [InlineData("{\"mins\":[1],\"mins\":[2]}", "unknown or second key at byte 12")]
    [InlineData("{\"mins\":7,\"maxs\":[2]}", "'mins' is no array")]
    [InlineData("{\"mins\":[1,\"2\"],\"maxs\":[2]}", "'mins' holds no binary32 number at position 1")]
    [InlineData("{\"mins\":[1],\"maxs\":[[2]]}", "is not JSON")]
    [InlineData("{\"mins\":[1],\"maxs\":[1e60]}", "from 1 to Infinity")]
    [InlineData("{\"mins\":[],\"maxs\":[]}", "0 mins and 0 maxs")]
    [InlineData("{\"mins\":[1,2],\"maxs\":[2]}", "2 mins and 1 maxs")]
    [InlineData("{\"mins\":[2],\"maxs\":[1]}", "dimension 0 ranges from 2 to 1")]
    [InlineData("{\"mins\":[1],\"maxs\":[2]} {}", "is not JSON")]
    [InlineData("{\"mins\":[1],\"maxs\":[2]", "is not JSON")]
    public void WhatIsNotRangesIsRefused(string json, string part)
    {
        var error = Assert.Throws<InvalidRangesException>(() =>
            RangesFile.Parse("r.json", Encoding.UTF8.GetBytes(json)));
        Assert.StartsWith("r.json: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AFileThatIsNotThereIsNamed() =>
        Assert.Contains("nowhere.json", Assert.Throws<InvalidRangesException>(() =>
            RangesFile.Read("nowhere.json")).Message, StringComparison.Ordinal);
}
