namespace Sextant.Indexes;

/// <summary>A value that a document can be found by.</summary>
/// <remarks>A name has always the same kind of value in an index: text or whole number.</remarks>
public readonly record struct IndexAttribute
{
    /// <summary>A text.</summary>
    public IndexAttribute(string name, string text)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(text);
        (Name, Text) = (name, text);
    }

    /// <summary>A whole number above <see cref="long.MinValue"/>, which stands for a missing one.</summary>
    public IndexAttribute(string name, long number)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfEqual(number, long.MinValue);
        (Name, Number) = (name, number);
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>The text; null where it is a number.</summary>
    public string? Text { get; }

    /// <summary>The number; 0 where it is a text.</summary>
    public long Number { get; }
}

/// <summary>A document: its vectors, what belongs to each of them, and what it can be found by.</summary>
public sealed record IndexDocument
{
    /// <summary>Its name; a document that has the same one is replaced.</summary>
    public required string Key { get; init; }

    /// <summary>[n, Dimensions], row by row; a vector for each passage. May be empty.</summary>
    public required ReadOnlyMemory<float> Vectors { get; init; }

    /// <summary>What is kept with each vector, such as the passage's text: as many as vectors, or none.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Payloads { get; init; } = [];

    /// <summary>
    /// The terms of each vector's text, repetitions included: as many as vectors where the index keeps terms, else
    /// none.
    /// </summary>
    public IReadOnlyList<IReadOnlyCollection<string>> Terms { get; init; } = [];

    /// <summary>What it can be found by, no name twice.</summary>
    public IReadOnlyList<IndexAttribute> Attributes { get; init; } = [];
}
