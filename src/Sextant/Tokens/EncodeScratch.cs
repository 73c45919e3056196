namespace Sextant.Tokens;

/// <summary>
/// Everything an encoding writes to on its way. Belongs to one call at a time; grows and never shrinks.
/// </summary>
internal sealed class EncodeScratch
{
    private NormalizedText _text, _nextText;
    private WordList _words = new();
    private WordList _nextWords = new();
    private NormalizedText _rewritten, _otherRewritten;
    private char[] _sanitized = [];
    private int[] _pairs = [];

    internal EncodeScratch()
    {
        (_text, _nextText) = (new NormalizedText(Budget), new NormalizedText(Budget));
        (_rewritten, _otherRewritten) = (new NormalizedText(Budget), new NormalizedText(Budget));
        WordText = _text;
    }

    /// <summary>What the text at hand may still take.</summary>
    internal TextBudget Budget { get; } = new();

    internal PieceList Pieces { get; } = new();

    internal NormalizedText Text => _text;

    /// <summary>
    /// The text that <see cref="Words"/> are ranges of: <see cref="Text"/>, or what a step made of it.
    /// </summary>
    internal NormalizedText WordText { get; private set; }

    internal WordList Words => _words;

    /// <summary>Runs a step that reads <see cref="Text"/>; what it writes becomes <see cref="Text"/>.</summary>
    internal void Normalize(Normalizer step)
    {
        if (step.LeavesAlone(_text))
            return;
        _nextText.Clear(_text.IsAligned, _text.Length);
        step.Apply(_text, _nextText);
        // The text may have had room from before that is beyond what this one may take.
        Budget.CheckLength(_nextText.Length);
        Budget.Take(_text.Length + _nextText.Length);
        (_text, _nextText) = (_nextText, _text);
    }

    /// <summary>
    /// Cuts a stretch of <see cref="Text"/> into <see cref="Words"/>, which are ranges of <see cref="WordText"/>.
    /// </summary>
    internal void Split(ReadOnlySpan<PreTokenizer> steps, int start, int end)
    {
        WordText = _text;
        _words.Clear();
        _words.Add(start, end);
        foreach (PreTokenizer step in steps)
        {
            _nextWords.Clear();
            Budget.Take((ReferenceEquals(WordText, _text) ? end - start : WordText.Length) + _words.Count);
            if (step.Rewrites)
            {
                _rewritten.Clear(_text.IsAligned, 0);
                foreach ((int wordStart, int wordEnd) in _words.Words)
                    step.Rewrite(WordText, wordStart, wordEnd, _rewritten, _nextWords);
                // The normalised text stays, since others still read it; of the two further ones each is read in turn.
                WordText = _rewritten;
                Budget.CheckLength(WordText.Length);
                (_rewritten, _otherRewritten) = (_otherRewritten, _rewritten);
            }
            else
            {
                foreach ((int wordStart, int wordEnd) in _words.Words)
                    step.Split(WordText, wordStart, wordEnd, _nextWords);
            }
            (_words, _nextWords) = (_nextWords, _words);
        }
    }

    /// <summary>
    /// The text itself, or, where surrogates stand alone, a copy with U+FFFD for each: what UTF-8 would make of it.
    /// </summary>
    internal ReadOnlySpan<char> Sanitize(ReadOnlySpan<char> text)
    {
        int first = FirstLoneSurrogate(text);
        if (first < 0)
            return text;
        if (_sanitized.Length < text.Length)
            _sanitized = new char[text.Length];
        text.CopyTo(_sanitized);
        for (int i = first; i < text.Length;)
        {
            int from = i;
            if (CodePoints.Next(text, ref i) == CodePoints.Replacement)
                _sanitized[from] = (char)CodePoints.Replacement;
        }
        return _sanitized.AsSpan(0, text.Length);
    }

    /// <summary>Where surrogate pairs have their second half.</summary>
    internal ReadOnlySpan<int> SurrogatePairs(ReadOnlySpan<char> text)
    {
        int count = 0;
        for (int i = 0; i < text.Length; i++)
        {
            int skip = text[i..].IndexOfAnyInRange('\uDC00', '\uDFFF');
            if (skip < 0)
                break;
            i += skip;
            if (i == 0 || !char.IsHighSurrogate(text[i - 1]))
                continue;
            if (count == _pairs.Length)
                Array.Resize(ref _pairs, Math.Max(64, count * 2));
            _pairs[count++] = i;
        }
        return _pairs.AsSpan(0, count);
    }

    private static int FirstLoneSurrogate(ReadOnlySpan<char> text)
    {
        for (int i = 0; i < text.Length; i += 2)
        {
            int skip = text[i..].IndexOfAnyInRange('\uD800', '\uDFFF');
            if (skip < 0)
                return -1;
            i += skip;
            if (!char.IsHighSurrogate(text[i]) || i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1]))
                return i;
        }
        return -1;
    }
}
