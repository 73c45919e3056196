using System.Runtime.CompilerServices;

namespace Sextant.Tests;

/// <summary>
/// A theory over sets that are under SEXTANT_TESTDATA: one skipped test where the variable is not set, not one for each
/// of its rows.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SharedTheoryAttribute : TheoryAttribute
{
    public SharedTheoryAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line)
    {
        if (!TestData.IsHere)
            Skip = TestData.NotHere;
    }
}
