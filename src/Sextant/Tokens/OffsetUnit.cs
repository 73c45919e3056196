namespace Sextant.Tokens;

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
