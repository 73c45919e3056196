namespace Sextant.Tests;

/// <summary>Where test files are: small ones in tests/fixtures, large ones behind SEXTANT_TESTDATA.</summary>
internal static class TestData
{
    public static string Root { get; } = FindRoot();

    public static string Fixtures => Path.Combine(Root, "tests", "fixtures");

    /// <summary>A path in a golden model's folder.</summary>
    public static string Model(params string[] parts) => Path.Combine([Fixtures, "models", .. parts]);

    /// <summary>Why tests that need the large data are skipped.</summary>
    public const string NotHere = "SEXTANT_TESTDATA is not set: the shared test data is not on this machine.";

    /// <summary>Whether SEXTANT_TESTDATA names the large data.</summary>
    public static bool IsHere => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("SEXTANT_TESTDATA"));

    /// <summary>
    /// Whether everything is tried on everything (SEXTANT_EXHAUSTIVE=1, as .ci/run sets it); else as much as a newcomer
    /// waits for.
    /// </summary>
    public static bool IsExhaustive => Environment.GetEnvironmentVariable("SEXTANT_EXHAUSTIVE") == "1";

    /// <summary>
    /// All, or a third where not everything is tried: which third goes by a number of the case, so that the cases of a
    /// theory do not all have the same one. Together they need not have each with each parameter.
    /// </summary>
    public static IEnumerable<T> Some<T>(IEnumerable<T> all, int number) =>
        IsExhaustive ? all : all.Where((_, i) => i % 3 == number % 3);

    /// <summary>A path under SEXTANT_TESTDATA; the test is skipped by name where the variable is not set.</summary>
    public static string Shared(params string[] parts)
    {
        string? folder = Environment.GetEnvironmentVariable("SEXTANT_TESTDATA");
        if (string.IsNullOrEmpty(folder))
            Assert.Skip(NotHere);
        string path = Path.Combine([folder, .. parts]);
        if (!File.Exists(path) && !Directory.Exists(path))
            Assert.Fail($"SEXTANT_TESTDATA is set, but '{path}' is missing.");
        return path;
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Engine.sln")))
                return folder.FullName;
        }
        throw new InvalidOperationException("Engine.sln was not found above the test assembly.");
    }
}
