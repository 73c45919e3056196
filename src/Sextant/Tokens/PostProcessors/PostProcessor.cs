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
        new([new TemplatePart(0, [], 0)], [new TemplatePart(0, [], 0), new TemplatePart(1, [], 1)]) { IsBare = true };

    /// <summary>Whether offsets leave out the spaces that tokens begin and end with.</summary>
    internal bool TrimsOffsets { get; private init; }

    /// <summary>Whether one space at the beginning of a text counts as put there by a pre-tokenizer.</summary>
    internal bool ExpectsPrefixSpace { get; private init; }

    /// <summary>Whether this puts nothing around a text.</summary>
    internal bool IsBare { get; private init; }

    /// <summary>The same parts, with or without trimmed offsets.</summary>
    internal PostProcessor With(bool trimsOffsets, bool expectsPrefixSpace) => new(single, pair)
    {
        IsBare = IsBare,
        TrimsOffsets = trimsOffsets,
        ExpectsPrefixSpace = expectsPrefixSpace,
    };

    /// <summary>Whether a special token stands in the frame.</summary>
    internal bool Uses(int id) => Array.Exists(single, part => Array.IndexOf(part.SpecialIds, id) >= 0);

    /// <summary>The same parts without those that are one special token.</summary>
    internal PostProcessor Without(int id) => new(Without(single, id), Without(pair, id))
    {
        IsBare = IsBare,
        TrimsOffsets = TrimsOffsets,
        ExpectsPrefixSpace = ExpectsPrefixSpace,
    };

    private static TemplatePart[] Without(TemplatePart[] parts, int id) =>
        Array.FindAll(parts, part => part.SpecialIds is not [int only] || only != id);

    /// <summary>Takes the spaces of a token out of its offset.</summary>
    internal void Trim(ref (int Start, int End) offset, SpaceCounts spaces, bool isFirst)
    {
        (int start, int end) = offset;
        int leading = spaces.Leading;
        // The first token's only space was not in the text, so it takes no place.
        if (leading == 1 && ExpectsPrefixSpace && (isFirst || start == 0))
            leading = 0;
        start = Math.Min(start + leading, end);
        if (spaces.Trailing > 0 && end >= spaces.Trailing)
            end = Math.Max(end - spaces.Trailing, start);
        offset = (start, end);
    }

    internal ReadOnlySpan<TemplatePart> Parts(bool isPair) => isPair ? pair : single;

    internal int SpecialTokenCount(bool isPair)
    {
        int count = 0;
        foreach (TemplatePart part in Parts(isPair))
            count += part.SpecialIds.Length;
        return count;
    }
}
