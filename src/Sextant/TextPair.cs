namespace Sextant;

/// <summary>Two texts that a model sees as one input, such as a query and a document.</summary>
/// <param name="First">The first text.</param>
/// <param name="Second">The second text.</param>
public readonly record struct TextPair(string First, string Second);
