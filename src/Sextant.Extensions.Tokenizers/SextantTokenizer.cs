using System.Buffers;
using Microsoft.ML.Tokenizers;
using Sextant.Tokens;
using Tokenizer = Sextant.Tokens.Tokenizer;

namespace Sextant.Extensions.Tokenizers;

/// <summary>A tokenizer of ours after the type of Microsoft.ML.Tokenizers.</summary>
internal sealed class SextantTokenizer(Tokenizer tokenizer, bool addSpecialTokens) : Microsoft.ML.Tokenizers.Tokenizer
{
    [ThreadStatic]
    private static TokenBuffer? s_buffer;

    private readonly int _special = addSpecialTokens ? tokenizer.SpecialTokenCount(pair: false) : 0;

    /// <inheritdoc/>
    public override OperationStatus Decode(
        IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten)
    {
        ArgumentNullException.ThrowIfNull(ids);
        ReadOnlySpan<int> all = ids as int[] ?? [.. ids];
        int known = 0;
        while (known < all.Length && tokenizer.TryGetText(all[known], out _))
            known++;
        int fits = Fitting(all[..known], destination.Length, out string text);
        text.CopyTo(destination);
        (idsConsumed, charsWritten) = (fits, text.Length);
        return fits < known ? OperationStatus.DestinationTooSmall
            : known < all.Length ? OperationStatus.InvalidData : OperationStatus.Done;
    }

    /// <inheritdoc/>
    public override string Decode(IEnumerable<int> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        ReadOnlySpan<int> all = ids as int[] ?? [.. ids];
        foreach (int id in all)
        {
            if (!tokenizer.TryGetText(id, out _))
                throw new InvalidOperationException(FormattableString.Invariant($"No token has the id {id}."));
        }
        return tokenizer.Decode(all);
    }

    /// <inheritdoc/>
    protected override EncodeResults<int> EncodeToIds(
        string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        ReadOnlySpan<char> whole = text ?? textSpan;
        TokenBuffer buffer = Encode(whole, settings.MaxTokenCount, fromEnd: false, out Excess excess);
        return new EncodeResults<int> { Tokens = excess.Remove(buffer.Ids), CharsConsumed = excess.Index };
    }

    /// <inheritdoc/>
    protected override EncodeResults<EncodedToken> EncodeToTokens(
        string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        ReadOnlySpan<char> whole = text ?? textSpan;
        TokenBuffer buffer = Encode(whole, settings.MaxTokenCount, fromEnd: false, out Excess excess);
        int[] ids = excess.Remove(buffer.Ids);
        (int Start, int End)[] offsets = excess.Remove(buffer.Offsets);
        var tokens = new EncodedToken[ids.Length];
        for (int i = 0; i < tokens.Length; i++)
            tokens[i] = new EncodedToken(ids[i], tokenizer.TokenText(ids[i]), offsets[i].Start..offsets[i].End);
        return new EncodeResults<EncodedToken> { Tokens = tokens, CharsConsumed = excess.Index };
    }

    /// <inheritdoc/>
    protected override int CountTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        ReadOnlySpan<char> whole = text ?? textSpan;
        return settings.MaxTokenCount == int.MaxValue
            ? tokenizer.CountTokens(whole, addSpecialTokens)
            : Encode(whole, settings.MaxTokenCount, fromEnd: false, out Excess excess).Count - excess.Count;
    }

    /// <inheritdoc/>
    protected override int GetIndexByTokenCount(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings,
        bool fromEnd, out string? normalizedText, out int tokenCount)
    {
        normalizedText = null;
        TokenBuffer buffer = Encode(text ?? textSpan, settings.MaxTokenCount, fromEnd, out Excess excess);
        tokenCount = buffer.Count - excess.Count;
        return excess.Index;
    }

    // One token more than may stay is encoded: where it lies tells whether the last one that stays ends a character.
    private TokenBuffer Encode(ReadOnlySpan<char> text, int limit, bool fromEnd, out Excess excess)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, _special);
        TokenBuffer buffer = s_buffer ??= new TokenBuffer();
        tokenizer.Encode(text, buffer, new EncodeOptions
        {
            AddSpecialTokens = addSpecialTokens,
            MaxTokens = limit == int.MaxValue ? 0 : limit + 1,
            Side = fromEnd ? TruncationSide.Left : TruncationSide.Right,
            StopAtLimit = true,
            Offsets = OffsetUnit.Utf16,
        });
        excess = buffer.Count <= limit
            ? new Excess(0, 0, fromEnd ? 0 : text.Length)
            : Excess.Of(buffer, fromEnd, text.Length);
        return buffer;
    }

    // The most ids whose text fits. Most texts fit whole; the others are found by halving.
    private int Fitting(ReadOnlySpan<int> ids, int room, out string text)
    {
        text = tokenizer.Decode(ids);
        if (text.Length <= room)
            return ids.Length;
        int fits = 0, tooMany = ids.Length;
        text = "";
        while (tooMany - fits > 1)
        {
            int middle = fits + (tooMany - fits) / 2;
            string part = tokenizer.Decode(ids[..middle]);
            if (part.Length <= room)
                (fits, text) = (middle, part);
            else
                tooMany = middle;
        }
        return fits;
    }

    /// <summary>The tokens of a result that do not stay, and where the text is cut.</summary>
    private readonly record struct Excess(int Start, int Count, int Index)
    {
        // Of a result with one token too many. Tokens of one character stay or go together.
        public static Excess Of(TokenBuffer buffer, bool fromEnd, int length)
        {
            ReadOnlySpan<(int Start, int End)> offsets = buffer.Offsets;
            int first = buffer.SpecialTokensMask.IndexOf((byte)0);
            int last = buffer.SpecialTokensMask.LastIndexOf((byte)0);
            if (fromEnd)
            {
                int start = first + 1;
                while (start <= last && offsets[start].Start < offsets[start - 1].End)
                    start++;
                return new Excess(first, start - first, start > last ? length : offsets[start].Start);
            }
            int end = last;
            while (end > first && offsets[end - 1].End > offsets[end].Start)
                end--;
            return new Excess(end, last + 1 - end, end == first ? 0 : offsets[end - 1].End);
        }

        public T[] Remove<T>(ReadOnlySpan<T> all) => [.. all[..Start], .. all[(Start + Count)..]];
    }
}
