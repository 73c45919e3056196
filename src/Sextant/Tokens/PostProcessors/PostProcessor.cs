namespace Sextant.Tokens;

/// <summary>A part of a template: special tokens, or the tokens of a sequence.</summary>
/// <param name="Sequence">0 for the first sequence, 1 for the second, −1 for special tokens.</param>
/// <param name="SpecialIds">The special tokens' ids; empty for a sequence.</param>
/// <param name="TypeId">Type id of all tokens of this part.</param>
internal sealed record TemplatePart(int Sequence, int[] SpecialIds, int TypeId);

/// <summary>What a result is put together from.</summary>
internal sealed class PostProcessor(TemplatePart[] single, TemplatePart[] pair)
{
    /// <summary>
    /// Most parts of a template, and most ids of a special token: far above any model's, far below any harm.
    /// </summary>
    internal const int PartLimit = 64;

    /// <summary>No special tokens; the second sequence has type 1.</summary>
    internal static PostProcessor None { get; } =
        new([new TemplatePart(0, [], 0)], [new TemplatePart(0, [], 0), new TemplatePart(1, [], 1)]);

    internal ReadOnlySpan<TemplatePart> Parts(bool isPair) => isPair ? pair : single;

    internal int SpecialTokenCount(bool isPair)
    {
        int count = 0;
        foreach (TemplatePart part in Parts(isPair))
            count += part.SpecialIds.Length;
        return count;
    }
}
