namespace Sextant.Programs;

/// <summary>An input does not hold what it should: exit code 1.</summary>
internal sealed class InputException : Exception
{
    public InputException(string message)
        : base(message)
    {
    }

    public InputException(string file, long line, string problem)
        : base(FormattableString.Invariant($"{file}: line {line}: {problem}"))
    {
    }
}
