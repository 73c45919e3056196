namespace Sextant.Search;

/// <summary>A query and what it is compared with have a product that overflows: there is no score to rank by.</summary>
/// <remarks>To callers an <see cref="ArgumentException"/>; where the other side is a file, it is the file's
/// fault.</remarks>
internal sealed class ScoreOverflowException(string message, string? parameter = null, Exception? inner = null)
    : ArgumentException(message, parameter, inner);
