namespace Sextant.Tokens;

/// <summary>How many tokens of each sequence stay.</summary>
internal static class TruncationLimit
{
    /// <summary>
    /// Tokens left for the text or texts beside <paramref name="special"/> special tokens; int's largest for no
    /// limit.
    /// </summary>
    internal static int Of(in EncodeOptions options, int special)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(options.MaxTokens);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Stride);
        if (options.MaxTokens == 0)
            return int.MaxValue;
        int limit = options.MaxTokens - (options.AddSpecialTokens ? special : 0);
        if (limit >= 0)
            return limit;
        throw new ArgumentException(
            $"{options.MaxTokens} tokens have no room for the {special} special tokens.", nameof(options));
    }

    /// <summary>Lengths after truncation, from the lengths of the whole texts.</summary>
    internal static (int First, int Second) Lengths(long first, long? second, int limit, TruncationStrategy strategy)
    {
        long other = second ?? 0, surplus = first + other - limit;
        if (limit == int.MaxValue || surplus <= 0)
            return ((int)Math.Min(first, int.MaxValue), (int)Math.Min(other, int.MaxValue));
        if (limit == 0)
            return (0, 0);
        switch (strategy)
        {
            case TruncationStrategy.OnlySecond when second is null:
                throw new UnsupportedRequestException($"the text has {first} tokens for {limit} positions "
                    + "and only a second text may be cut, but there is none.");
            case TruncationStrategy.OnlyFirst:
                return ((int)Rest(first, surplus, limit, "first"), (int)other);
            case TruncationStrategy.OnlySecond:
                return ((int)first, (int)Rest(other, surplus, limit, "second"));
            default:
                return second is null ? (limit, 0) : Longest(first, other, limit);
        }
    }

    private static long Rest(long length, long surplus, int limit, string which) =>
        length > surplus
            ? length - surplus
            : throw new UnsupportedRequestException($"both texts have {surplus + limit} tokens for {limit} positions, "
                + $"and only the {which}, of {length}, may be cut: nothing of it would be left.");

    // The longer one gives until both are equal; then they share, and the one that was longer takes an odd position.
    private static (int First, int Second) Longest(long first, long second, int limit)
    {
        bool swapped = first > second;
        long shorter = Math.Min(first, second);
        long longer = shorter > limit ? shorter : Math.Max(shorter, limit - shorter);
        if (shorter + longer > limit)
            (shorter, longer) = (limit / 2, limit / 2 + limit % 2);
        return swapped ? ((int)longer, (int)shorter) : ((int)shorter, (int)longer);
    }
}
