namespace Sextant.Extensions.VectorData.Tests;

/// <summary>Names of folders that no system takes for something else.</summary>
public sealed class CollectionNamesTests
{
    [Theory]
    [InlineData("con")]
    [InlineData("nul")]
    [InlineData("com1")]
    [InlineData("lpt9.txt")]
    [InlineData("aux.")]
    [InlineData("prn.a.b")]
    [InlineData("a.")]
    [InlineData("a..")]
    public void NoFolderHasANameThatWindowsKeepsOrChanges(string name)
    {
        string folder = CollectionNames.ToFolder(name);
        string[] kept = ["con", "prn", "aux", "nul", "com1", "lpt9"];
        Assert.DoesNotContain(folder.Split('.')[0], kept, StringComparer.OrdinalIgnoreCase);
        Assert.False(folder.EndsWith('.'));
        Assert.Equal(name, CollectionNames.FromFolder(folder));
    }

    [Theory]
    [InlineData("a.b")]
    [InlineData("console")]
    [InlineData("com10")]
    [InlineData("my-con")]
    public void OtherNamesStay(string name) => Assert.Equal(name, CollectionNames.ToFolder(name));
}
