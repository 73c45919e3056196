namespace Sextant.Tokens;

/// <summary>
/// Counts the work of turning a file's patterns into automata, which can be far more than their length shows: nested
/// counts multiply. Patterns of published tokenizers take some ten thousand steps.
/// </summary>
internal sealed class PatternWork
{
    /// <summary>Steps that all patterns of a file may take together: about a second.</summary>
    internal const long StepLimit = 1 << 25;

    /// <summary>The longest pattern; published ones have a few hundred UTF-16 units.</summary>
    internal const int LongestPattern = 1 << 14;

    private long _steps;

    /// <summary>Steps so far.</summary>
    internal long Steps => _steps;

    /// <exception cref="PatternException">The patterns take too much work.</exception>
    internal void Take(long steps)
    {
        _steps += steps;
        if (_steps > StepLimit)
            throw new PatternException($"more than {StepLimit} steps to make the automata of this file's patterns");
    }
}
