namespace Sextant.Tokens;

/// <summary>
/// Takes the result of an encoding. Made and kept by the caller, used again and again: it grows to the longest result
/// and then allocates nothing. Not for two threads at once; the spans are valid until the next encoding into this
/// buffer.
/// </summary>
public sealed class TokenBuffer
{
    // A template may repeat its text, so a result may have more tokens than an array can hold.
    private const int MaxTokens = 1 << 30;

    private int[] _ids = new int[64];
    private int[] _typeIds = new int[64];
    private (int Start, int End)[] _offsets = [];
    private byte[] _attention = new byte[64];
    private byte[] _special = new byte[64];
    private bool _hasOffsets;

    // What the overflowing windows are put together from.
    private PostProcessor _frame = PostProcessor.None;
    private bool _isPair;
    private EncodeOptions _options;

    /// <summary>Number of tokens, special tokens and padding included.</summary>
    public int Count { get; private set; }

    /// <summary>Token ids.</summary>
    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, Count);

    /// <summary>Token type ids (segments).</summary>
    public ReadOnlySpan<int> TypeIds => _typeIds.AsSpan(0, Count);

    /// <summary>
    /// Where each token stands in its text, in the unit that was asked for: from Start up to, not including, End. Of a
    /// pair, each text counts from 0. (0, 0) for special tokens and padding. Empty when offsets were not asked for.
    /// </summary>
    public ReadOnlySpan<(int Start, int End)> Offsets => _offsets.AsSpan(0, _hasOffsets ? Count : 0);

    /// <summary>1 for tokens, 0 for padding.</summary>
    public ReadOnlySpan<byte> AttentionMask => _attention.AsSpan(0, Count);

    /// <summary>1 for special tokens and padding that were added, 0 for tokens of the text.</summary>
    public ReadOnlySpan<byte> SpecialTokensMask => _special.AsSpan(0, Count);

    /// <summary>Tokens of the text or texts that were cut off; 0 when nothing was lost.</summary>
    public int Truncated { get; private set; }

    /// <summary>
    /// Overflowing windows kept with <see cref="EncodeOptions.KeepOverflow"/>. When both texts of a pair overflow,
    /// every window of one comes with every window of the other.
    /// </summary>
    public int OverflowCount { get; private set; }

    internal EncodeScratch Scratch { get; } = new();

    internal SequenceTokens First { get; } = new();

    internal SequenceTokens Second { get; } = new();

    /// <summary>
    /// Writes overflowing window <paramref name="index"/> to another buffer, framed and padded as this one is.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is not below <see cref="OverflowCount"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is this buffer.</exception>
    public void CopyOverflow(int index, TokenBuffer destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, OverflowCount);
        ArgumentNullException.ThrowIfNull(destination);
        if (ReferenceEquals(destination, this))
            throw new ArgumentException("A buffer cannot take its own overflow.", nameof(destination));
        // The windows of the parts are the digits of a number; the main window of all parts is the only one left out.
        ReadOnlySpan<TemplatePart> parts = _frame.Parts(_isPair);
        Span<int> windows = stackalloc int[PostProcessor.PartLimit];
        Span<long> before = stackalloc long[PostProcessor.PartLimit];
        long overflows = 0;
        for (int part = 0; part < parts.Length; part++)
        {
            before[part] = overflows;
            overflows = Overflows(overflows, WindowsOf(parts[part]));
        }
        long rest = index;
        for (int part = parts.Length - 1; part >= 0 && rest >= 0; part--)
        {
            long count = WindowsOf(parts[part]), product = before[part] * count;
            windows[part] = (int)(rest < product ? rest % count : rest - product + 1);
            rest = rest < product ? rest / count : -1;
        }
        destination.Assemble(this, windows);
        (destination.Truncated, destination.OverflowCount) = (0, 0);
    }

    internal void Begin(PostProcessor frame, bool isPair, in EncodeOptions options)
    {
        (_frame, _isPair, _options) = (frame, isPair, options);
        (Count, Truncated, OverflowCount) = (0, 0, 0);
        _hasOffsets = false;
    }

    internal void Complete()
    {
        ReadOnlySpan<TemplatePart> parts = _frame.Parts(_isPair);
        Span<int> windows = stackalloc int[PostProcessor.PartLimit];
        windows.Clear();
        Assemble(this, windows);
        long truncated = First.Total - Length(First, 0), overflows = 0;
        if (_isPair)
            truncated += Second.Total - Length(Second, 0);
        foreach (TemplatePart part in parts)
            overflows = Overflows(overflows, WindowsOf(part));
        Truncated = (int)Math.Min(truncated, int.MaxValue);
        OverflowCount = (int)Math.Min(overflows, int.MaxValue);
    }

    private static long Overflows(long before, int windows) => Math.Min(before * windows + windows - 1, int.MaxValue);

    private static int Length(SequenceTokens tokens, int window)
    {
        (int start, int end) = tokens.Window(window);
        return end - start;
    }

    private SequenceTokens Sequence(TemplatePart part) => part.Sequence == 0 ? First : Second;

    private int WindowsOf(TemplatePart part) => part.Sequence < 0 ? 1 : Sequence(part).WindowCount;

    private void Assemble(TokenBuffer source, ReadOnlySpan<int> windows)
    {
        ReadOnlySpan<TemplatePart> parts = source._frame.Parts(source._isPair);
        bool special = source._options.AddSpecialTokens;
        long total = 0;
        for (int i = 0; i < parts.Length; i++)
        {
            total += parts[i].Sequence < 0
                ? (special ? parts[i].SpecialIds.Length : 0)
                : Length(source.Sequence(parts[i]), windows[i]);
        }
        if (total > MaxTokens)
        {
            throw new UnsupportedRequestException(FormattableString.Invariant(
                $"the result would have {total} tokens; at most {MaxTokens} are supported."));
        }
        int tokens = (int)total;
        PaddingSettings? padding = source._options.Padding;
        Count = padding?.PaddedLength(tokens) ?? tokens;
        _hasOffsets = source._options.Offsets != OffsetUnit.None;
        Reserve();
        int at = 0;
        if (padding is { Side: TruncationSide.Left })
            Pad(padding, ref at, Count - tokens);
        for (int i = 0; i < parts.Length; i++)
        {
            if (parts[i].Sequence >= 0)
                Put(source.Sequence(parts[i]), windows[i], source._frame, parts[i].TypeId, ref at);
            else if (special)
                Put(parts[i].SpecialIds, parts[i].TypeId, ref at);
        }
        if (padding is not null)
            Pad(padding, ref at, Count - at);
    }

    private void Put(SequenceTokens tokens, int window, PostProcessor frame, int typeId, ref int at)
    {
        (int start, int end) = tokens.Window(window);
        int count = end - start;
        tokens.Ids[start..end].CopyTo(_ids.AsSpan(at));
        Mark(at, count, typeId, attention: 1, special: 0);
        for (int i = 0; _hasOffsets && i < count; i++)
            _offsets[at + i] = (tokens.Starts[start + i], tokens.Ends[start + i]);
        if (_hasOffsets && frame.TrimsOffsets)
        {
            for (int i = 0; i < count; i++)
                frame.Trim(ref _offsets[at + i], tokens.Trims[start + i], isFirst: i == 0);
        }
        at += count;
    }

    private void Put(int[] specialIds, int typeId, ref int at)
    {
        specialIds.CopyTo(_ids.AsSpan(at));
        Mark(at, specialIds.Length, typeId, attention: 1, special: 1);
        if (_hasOffsets)
            _offsets.AsSpan(at, specialIds.Length).Clear();
        at += specialIds.Length;
    }

    private void Pad(PaddingSettings padding, ref int at, int count)
    {
        _ids.AsSpan(at, count).Fill(padding.Id);
        Mark(at, count, padding.TypeId, attention: 0, special: 1);
        if (_hasOffsets)
            _offsets.AsSpan(at, count).Clear();
        at += count;
    }

    private void Mark(int at, int count, int typeId, byte attention, byte special)
    {
        _typeIds.AsSpan(at, count).Fill(typeId);
        _attention.AsSpan(at, count).Fill(attention);
        _special.AsSpan(at, count).Fill(special);
    }

    private void Reserve()
    {
        if (_ids.Length < Count)
        {
            int length = (int)Math.Min(Math.Max(Count, _ids.Length * 2L), Array.MaxLength);
            (_ids, _typeIds) = (new int[length], new int[length]);
            (_attention, _special) = (new byte[length], new byte[length]);
        }
        if (_hasOffsets && _offsets.Length < Count)
            _offsets = new (int Start, int End)[_ids.Length];
    }
}
