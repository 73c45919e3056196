namespace Sextant.Tokens;

/// <summary>
/// A pattern that is damaged or has something that is not supported; turned into the typed error by readers.
/// </summary>
internal sealed class PatternException(string message) : Exception(message);
