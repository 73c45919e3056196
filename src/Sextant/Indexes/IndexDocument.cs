namespace Sextant.Indexes;

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
