namespace Sextant.Tokens;

/// <summary>
/// Where a token stands in the original text: from <paramref name="Start"/> up to, not including, <paramref
/// name="End"/>.
/// </summary>
/// <param name="Start">First unit of the token; 0 for tokens that are not in the text (special tokens,
/// padding).</param>
/// <param name="End">The unit after the token; 0 for tokens that are not in the text.</param>
public readonly record struct TokenOffset(int Start, int End);

/// <summary>What offsets count.</summary>
public enum OffsetUnit
{
    /// <summary>No offsets are made; encoding is faster.</summary>
    None,

    /// <summary>UTF-16 units: indices into a .NET string.</summary>
    Utf16,

    /// <summary>Unicode code points: indices into a Python string.</summary>
    CodePoints,
}
