namespace Sextant.Search;

/// <summary>
/// A query and what it is compared with have a product that overflows: there is no score to rank by. To callers an
/// <see cref="ArgumentException"/>; where the other side is a file, it is the file's fault.
/// </summary>
internal static class ScoreOverflow
{
    /// <summary>The error, which <see cref="IsCauseOf"/> knows again.</summary>
    public static ArgumentException Error(string message, string? parameter = null) =>
        new(message, parameter, new NotFiniteNumberException());

    /// <summary>Whether an error is this one, from whatever thread.</summary>
    public static bool IsCauseOf(Exception problem)
    {
        Exception? inner = problem;
        while (inner is not (null or NotFiniteNumberException))
            inner = inner.InnerException;
        return inner is not null;
    }
}
