namespace Sextant.Tests;

public class TestDataTests
{
    [Fact]
    public void FixturesFolderIsFound() => Assert.True(Directory.Exists(TestData.Fixtures));
}
