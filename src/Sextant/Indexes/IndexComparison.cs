namespace Sextant.Indexes;

/// <summary>How the value of an attribute is compared.</summary>
public enum IndexComparison
{
    /// <summary>It is the same.</summary>
    Equal,

    /// <summary>It is another.</summary>
    NotEqual,

    /// <summary>It is below.</summary>
    Less,

    /// <summary>It is below or the same.</summary>
    LessOrEqual,

    /// <summary>It is above.</summary>
    Greater,

    /// <summary>It is above or the same.</summary>
    GreaterOrEqual,
}
