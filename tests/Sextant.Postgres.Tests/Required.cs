namespace Sextant.Postgres.Tests;

/// <summary>Servers that tests need: they are skipped by name without them, and fail where they are required.</summary>
internal static class Required
{
    /// <summary>Set to 1 where a missing server is a failure.</summary>
    public const string Variable = "SEXTANT_REQUIRE_POSTGRES";

    public static void Missing(string problem)
    {
        if (Environment.GetEnvironmentVariable(Variable) == "1")
            Assert.Fail($"{Variable} is 1, but: {problem}");
        Assert.Skip(problem);
    }
}
