namespace Sextant.Mcp;

/// <summary>What a call may ask for at most. Answers go into a model's context: larger ones serve nobody.</summary>
internal static class McpLimits
{
    /// <summary>Characters of a query.</summary>
    public const int Query = 10_000;

    /// <summary>Characters of a text.</summary>
    public const int Text = 100_000;

    /// <summary>Texts of one call.</summary>
    public const int Texts = 64;

    /// <summary>Passages of one answer, and how many there are where a call does not say.</summary>
    public const int Hits = 50, DefaultHits = 5;

    /// <summary>Conditions of one call, and characters of each.</summary>
    public const int Conditions = 16, Condition = 1000;

    /// <summary>Characters of a path or an address.</summary>
    public const int Path = 4096;

    /// <summary>Bytes of a message on standard input.</summary>
    public const int MessageBytes = 16 << 20;
}
