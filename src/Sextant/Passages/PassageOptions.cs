namespace Sextant.Passages;

/// <summary>How text is cut into passages.</summary>
/// <remarks>
/// The default of 128 tokens is what small sentence encoders are trained on and about one paragraph; 32 tokens of
/// overlap hold one sentence or two, so that a sentence at a border is also found beside its other neighbour.
/// </remarks>
public sealed record PassageOptions
{
    /// <summary>Maximum number of tokens of a passage, special tokens not included.</summary>
    public int Chunk { get; init; } = 128;

    /// <summary>
    /// Most tokens at the end of a passage that the next one repeats, in whole sentences; at most half of a chunk.
    /// 0: nothing is repeated, not even by a passage of few tokens.
    /// </summary>
    public int Overlap { get; init; } = 32;

    /// <summary>
    /// Most characters of a passage: sixteen for each token. Prose has four or five; this bounds what tokens do not,
    /// such as a megabyte without a space, which many tokenizers count as one unknown word.
    /// </summary>
    internal int MaxCharacters => Chunk * 16;

    internal int MaxOverlapCharacters => Overlap * 16;

    internal void Check()
    {
        if (Chunk is < 4 or > 1_000_000)
            throw new ArgumentOutOfRangeException(nameof(Chunk), Chunk, "a chunk has 4 to 1000000 tokens.");
        if (Overlap < 0 || Overlap > Chunk / 2)
        {
            throw new ArgumentOutOfRangeException(
                nameof(Overlap), Overlap, $"the overlap of chunks of {Chunk} tokens is 0 to {Chunk / 2} tokens.");
        }
    }
}
