namespace Sextant.Tests;

[Collection(nameof(MeasuredAlone))]
public class AllocationsTests
{
    private object? _kept;

    [Fact]
    public void WhatAllocatesOnlyAtFirstIsSteadyAtNothing()
    {
        int rounds = 0;
        Assert.Equal(0, Allocations.WhenSteady(() => _kept = rounds++ < 100 ? new byte[64] : _kept));
        Assert.Equal(101, rounds);
    }

    [Fact]
    public void WhatMeasuresAllocationsRunsAlone()
    {
        // Beside tests that call methods for the first time the runtime optimises nothing, for as long as they do.
        string[] measuring = [.. Directory
            .EnumerateFiles(Path.Combine(TestData.Root, "tests", "Sextant.Tests"), "*Tests.cs",
                SearchOption.AllDirectories)
            .Where(file => File.ReadAllText(file).Contains("Allocations.WhenSteady(", StringComparison.Ordinal))];
        Assert.True(measuring.Length > 10);
        Assert.DoesNotContain(measuring, file =>
            !File.ReadAllText(file).Contains("[Collection(nameof(MeasuredAlone))]", StringComparison.Ordinal));
    }
}
