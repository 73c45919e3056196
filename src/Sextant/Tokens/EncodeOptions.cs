namespace Sextant.Tokens;

/// <summary>
/// How a text is encoded. The default adds special tokens, cuts nothing, pads nothing and makes no offsets.
/// </summary>
public readonly record struct EncodeOptions
{
    // Kept inverted so that default(EncodeOptions) means the same as new EncodeOptions().
    private readonly bool _omitsSpecialTokens;

    /// <summary>Whether the post-processor's special tokens ([CLS], [SEP]) are added; default true.</summary>
    public bool AddSpecialTokens { get => !_omitsSpecialTokens; init => _omitsSpecialTokens = !value; }

    /// <summary>Maximum number of tokens of the result, special tokens included; 0: no limit.</summary>
    public int MaxTokens { get; init; }

    /// <summary>Which sequence of a pair is cut.</summary>
    internal TruncationStrategy Strategy { get; init; }

    /// <summary>Which end is cut off.</summary>
    public TruncationSide Side { get; init; }

    /// <summary>
    /// Whether a text is read no further than the limit needs, where its end is cut off. <see
    /// cref="TokenBuffer.Truncated"/> then says that tokens were cut off, but not how many.
    /// </summary>
    public bool StopAtLimit { get; init; }

    /// <summary>Keep what was cut off as overflowing windows: see <see cref="TokenBuffer.OverflowCount"/>.</summary>
    public bool KeepOverflow { get; init; }

    /// <summary>
    /// Tokens that neighbouring windows share; less than the tokens of a window without its special tokens.
    /// </summary>
    public int Stride { get; init; }

    /// <summary>Padding of the result; null: none. One result is padded by itself, whatever its batch.</summary>
    internal PaddingSettings? Padding { get; init; }

    /// <summary>Unit of the offsets; default none.</summary>
    public OffsetUnit Offsets { get; init; }

    /// <summary>These options with truncation as <paramref name="truncation"/> says (null: off).</summary>
    internal EncodeOptions With(TruncationSettings? truncation) => this with
    {
        MaxTokens = truncation?.MaxTokens ?? 0,
        Strategy = truncation?.Strategy ?? default,
        Side = truncation?.Side ?? default,
        Stride = truncation?.Stride ?? 0,
    };
}

/// <summary>Which sequence of a pair is cut when both together are too long.</summary>
internal enum TruncationStrategy
{
    /// <summary>The longer one, until both are equally long; then both.</summary>
    LongestFirst,

    /// <summary>Only the first.</summary>
    OnlyFirst,

    /// <summary>Only the second.</summary>
    OnlySecond,
}

/// <summary>An end of a sequence.</summary>
public enum TruncationSide
{
    /// <summary>The end of the text.</summary>
    Right,

    /// <summary>The beginning of the text.</summary>
    Left,
}

/// <summary>The <c>truncation</c> of a tokenizer.json.</summary>
/// <param name="MaxTokens">Maximum number of tokens, special tokens included.</param>
/// <param name="Strategy">Which sequence of a pair is cut.</param>
/// <param name="Side">Which end is cut off.</param>
/// <param name="Stride">Tokens that neighbouring overflow windows share.</param>
internal sealed record TruncationSettings(int MaxTokens, TruncationStrategy Strategy, TruncationSide Side, int Stride);

/// <summary>The <c>padding</c> of a tokenizer.json.</summary>
/// <param name="Length">Fixed length to pad to; null: the longest of the batch.</param>
/// <param name="MultipleOf">Round the length up to a multiple of this; 0: no rounding.</param>
/// <param name="Side">Where padding goes.</param>
/// <param name="Id">Id of the padding token.</param>
/// <param name="TypeId">Type id of padding.</param>
internal sealed record PaddingSettings(int? Length, int MultipleOf, TruncationSide Side, int Id, int TypeId)
{
    /// <summary>Length of <paramref name="tokens"/> tokens with padding, padded alone.</summary>
    public int PaddedLength(int tokens)
    {
        long length = Length ?? tokens;
        if (MultipleOf > 0)
            length = (length + MultipleOf - 1) / MultipleOf * MultipleOf;
        return (int)Math.Min(Math.Max(length, tokens), Array.MaxLength);
    }
}
