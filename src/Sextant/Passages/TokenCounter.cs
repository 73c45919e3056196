namespace Sextant.Passages;

/// <summary>Says how many tokens a piece of text has, without the special tokens put around a whole text.</summary>
/// <remarks>
/// Called once for each sentence, and again only for the parts of a sentence that is too long for a passage.
/// The counts of neighbouring sentences are added, which is exact where the tokenizer never joins words over a space.
/// </remarks>
public delegate int TokenCounter(ReadOnlySpan<char> text);
