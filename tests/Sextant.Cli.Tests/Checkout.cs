using System.Runtime.CompilerServices;

namespace Sextant.Cli.Tests;

/// <summary>Where the repository is.</summary>
internal static class Checkout
{
    public static string Root { get; } = Find();

    /// <summary>A folder of tests/fixtures/cases: small inputs with their right answers.</summary>
    public static string Case(string name) => Path.Combine(Root, "tests", "fixtures", "cases", name);

    private static string Find([CallerFilePath] string file = "")
    {
        DirectoryInfo? folder = new FileInfo(file).Directory;
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Engine.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("there is no Engine.sln above this file.");
    }
}
