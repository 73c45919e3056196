using Sextant.Mcp;

namespace Sextant.Server.Tests;

/// <summary>No spelling of a path leads out of the folder, to hidden files or through links.</summary>
public sealed class ConfinedFolderTests : IDisposable
{
    private readonly string _outside = Directory.CreateTempSubdirectory("sextant-confined-").FullName;
    private readonly string _root;

    public ConfinedFolderTests()
    {
        _root = Directory.CreateDirectory(Path.Combine(_outside, "root")).FullName;
        Directory.CreateDirectory(Path.Combine(_root, "sub"));
        File.WriteAllText(Path.Combine(_root, "sub", "a.md"), "a");
        File.WriteAllText(Path.Combine(_root, ".env"), "secret");
        Directory.CreateDirectory(Path.Combine(_root, ".git"));
        File.WriteAllText(Path.Combine(_root, ".git", "config"), "secret");
        File.WriteAllText(Path.Combine(_outside, "secret.txt"), "secret");
        Directory.CreateDirectory(Path.Combine(_outside, "rootbeside"));
        File.CreateSymbolicLink(Path.Combine(_root, "link.txt"), Path.Combine(_outside, "secret.txt"));
        File.CreateSymbolicLink(Path.Combine(_root, "inner.md"), Path.Combine(_root, "sub", "a.md"));
        File.CreateSymbolicLink(Path.Combine(_root, "dangling.md"), Path.Combine(_root, "nothing"));
        Directory.CreateSymbolicLink(Path.Combine(_root, "up"), _outside);
        Directory.CreateSymbolicLink(Path.Combine(_root, "loop"), _root);
    }

    public void Dispose() => Directory.Delete(_outside, recursive: true);

    [Theory]
    [InlineData("sub")]
    [InlineData("sub/a.md")]
    public void WhatIsBelowIsFound(string path)
    {
        var folder = new ConfinedFolder(_root);
        string whole = folder.Resolve(path);
        Assert.Equal(Path.Combine(folder.Root, path), whole);
        Assert.Equal(path, folder.Relative(whole));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("../secret.txt")]
    [InlineData("../rootbeside")]
    [InlineData("sub/../../secret.txt")]
    [InlineData("sub/../sub/a.md")]
    [InlineData("sub/./a.md")]
    [InlineData("sub//a.md")]
    [InlineData("sub/")]
    [InlineData("/sub/a.md")]
    [InlineData("/etc/passwd")]
    [InlineData("~/a")]
    [InlineData(@"sub\a.md")]
    [InlineData(@"..\secret.txt")]
    [InlineData(@"C:\Windows\win.ini")]
    [InlineData(@"\\server\share")]
    [InlineData("SUB/a.md")]
    [InlineData("sub/A.MD")]
    [InlineData("sub/a.md ")]
    [InlineData("sub/a.md.")]
    [InlineData("sub/a.md::$DATA")]
    [InlineData("sub/a.md/x")]
    [InlineData("sub/a.md\0.txt")]
    [InlineData("%2e%2e/secret.txt")]
    [InlineData("..%2fsecret.txt")]
    [InlineData("\uff0e\uff0e/secret.txt")]
    [InlineData("..\u2215secret.txt")]
    [InlineData(".env")]
    [InlineData(".git")]
    [InlineData(".git/config")]
    [InlineData("link.txt")]
    [InlineData("inner.md")]
    [InlineData("dangling.md")]
    [InlineData("up/secret.txt")]
    [InlineData("up/root/sub/a.md")]
    [InlineData("loop/sub/a.md")]
    [InlineData("*")]
    [InlineData("sub/*.md")]
    [InlineData("nothing")]
    public void AnyOtherPathIsRefusedInTheSameWords(string path)
    {
        McpToolException problem = Assert.Throws<McpToolException>(() => new ConfinedFolder(_root).Resolve(path));
        Assert.Contains("is no file or folder that may be read here", problem.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(_outside, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ALongPathIsRefused() => Assert.Throws<McpToolException>(
        () => new ConfinedFolder(_root).Resolve(string.Join('/', Enumerable.Repeat("sub", 100_000))));

    [Fact]
    public void AFolderThatIsNamedByALinkIsWhatTheLinkLeadsTo()
    {
        var folder = new ConfinedFolder(Path.Combine(_root, "loop"));
        Assert.Equal(_root, folder.Root);
        Assert.Equal(Path.Combine(_root, "sub", "a.md"), folder.Resolve("sub/a.md"));
    }
}
