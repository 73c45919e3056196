using System.Text;

namespace Sextant.Tokens;

/// <summary>
/// From a text to the tokens of its sequence: added tokens, normalizers, added tokens again, words, model.
/// </summary>
internal sealed class TokenPipeline
{
    // Long texts go through in parts of about this many units, so that buffers stay in the cache and memory stays
    // small.
    private const int PartLength = 4096;

    private readonly string _file;
    private readonly Normalizer[] _normalizers;
    private readonly PreTokenizer[] _preTokenizers;
    private readonly TokenModel _model;
    private readonly bool _worksInParts;
    private readonly bool _needsOrigins;
    private readonly sbyte[]? _asciiMap;
    private readonly int _asciiSteps;

    internal TokenPipeline(TokenizerParts parts)
    {
        (_file, _normalizers, _preTokenizers, _model) =
            (parts.File, parts.Normalizers, parts.PreTokenizers, parts.Model);
        _asciiMap = AsciiMap(_normalizers, out _asciiSteps);
        AddedTokens = new AddedTokens(parts.AddedTokens.Tokens, NormalizeAll);
        _worksInParts = AddedTokens.WorkInParts
            && Array.TrueForAll(_normalizers, step => step.WorksInParts)
            && Array.TrueForAll(_preTokenizers, step => step.WorksInParts)
            && Array.Exists(_preTokenizers, step => step.SplitsAtSpaces);
        _needsOrigins = Array.Exists(_preTokenizers, step => step.NeedsOrigins);
    }

    internal AddedTokens AddedTokens { get; }

    /// <summary>
    /// Adds the tokens of <paramref name="text"/>, which has no lone surrogates, to <paramref name="tokens"/>.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="scratch">What is written to on the way.</param>
    /// <param name="tokens">Where the tokens go.</param>
    /// <param name="offsets">Whether offsets are made.</param>
    /// <param name="partLength">About how many units go through at once; results do not depend on it.</param>
    internal void Run(ReadOnlySpan<char> text, EncodeScratch scratch, SequenceTokens tokens, bool offsets,
        int partLength = PartLength)
    {
        scratch.Budget.Begin(_file, text.Length);
        var splits = new AddedTokenSplits(AddedTokens.Raw, text, scratch.Budget);
        while (!tokens.IsComplete && splits.MoveNext())
        {
            if (splits.Token is not null)
            {
                tokens.AddToken(splits.Token.Id, text[splits.Start..splits.End], splits.Start, splits.End);
                continue;
            }
            for (int start = splits.Start; start < splits.End && !tokens.IsComplete;)
            {
                int end = PartEnd(text, start, splits.End, partLength);
                scratch.Budget.BeginPart(end - start);
                scratch.Text.Load(text[start..end], start, offsets || _needsOrigins);
                RunPart(scratch, tokens);
                start = end;
            }
        }
    }

    /// <summary>The normalised text and its words, for tests that look between the stages.</summary>
    internal (string Normalized, List<string> Words) Stages(string text)
    {
        var scratch = new EncodeScratch();
        scratch.Budget.Begin(_file, text.Length);
        scratch.Text.Load(scratch.Sanitize(text), 0, aligned: true);
        NormalizeText(scratch);
        scratch.Split(_preTokenizers, 0, scratch.Text.Length);
        var words = new List<string>();
        foreach ((int start, int end) in scratch.Words.Words)
            words.Add(scratch.WordText.Units[start..end].ToString());
        return (scratch.Text.Units.ToString(), words);
    }

    private void RunPart(EncodeScratch scratch, SequenceTokens tokens)
    {
        NormalizeText(scratch);
        NormalizedText text = scratch.Text;
        if (AddedTokens.Normalized.IsEmpty)
        {
            RunWords(scratch, tokens, 0, text.Length);
            return;
        }
        var splits = new AddedTokenSplits(AddedTokens.Normalized, text.Units, scratch.Budget);
        while (splits.MoveNext())
        {
            if (splits.Token is null)
                RunWords(scratch, tokens, splits.Start, splits.End);
            else
                tokens.AddToken(splits.Token.Id, text, splits.Start, splits.End);
        }
    }

    private void RunWords(EncodeScratch scratch, SequenceTokens tokens, int start, int end)
    {
        if (start == end)
            return;
        scratch.Split(_preTokenizers, start, end);
        NormalizedText text = scratch.WordText;
        ReadOnlySpan<char> units = text.Units;
        foreach ((int wordStart, int wordEnd) in scratch.Words.Words)
        {
            _model.Tokenize(units[wordStart..wordEnd], scratch.Pieces);
            tokens.AddWord(scratch.Pieces.Pieces, text, wordStart);
        }
    }

    private void NormalizeText(EncodeScratch scratch)
    {
        ReadOnlySpan<Normalizer> steps = _normalizers;
        if (_asciiMap is not null && Ascii.IsValid(scratch.Text.Units))
        {
            scratch.Text.MapAscii(_asciiMap);
            steps = steps[_asciiSteps..];
        }
        foreach (Normalizer step in steps)
            scratch.Normalize(step);
    }

    // What added tokens become, all of them within the limits of one text.
    private string[] NormalizeAll(string[] texts)
    {
        var scratch = new EncodeScratch();
        scratch.Budget.Begin(_file, texts.Sum(text => (long)text.Length));
        string[] normalized = new string[texts.Length];
        long length = 0;
        for (int i = 0; i < texts.Length; i++)
        {
            scratch.Text.Load(scratch.Sanitize(texts[i]), 0, aligned: false);
            NormalizeText(scratch);
            scratch.Budget.CheckLength(length += scratch.Text.Length);
            normalized[i] = scratch.Text.Units.ToString();
        }
        return normalized;
    }

    // Between a letter or digit and a space, when every step allows it; a stretch without such a position stays whole.
    private int PartEnd(ReadOnlySpan<char> text, int start, int end, int partLength)
    {
        if (!_worksInParts || end - start <= partLength)
            return end;
        for (int last = start + partLength; (last = LastSpace(text, start, last)) > 0;)
        {
            if (char.IsAsciiLetterOrDigit(text[last - 1]))
                return last;
        }
        for (int next = start + partLength; next < end; next++)
        {
            int skip = text[next..end].IndexOf(' ');
            if (skip < 0)
                return end;
            next += skip;
            if (char.IsAsciiLetterOrDigit(text[next - 1]))
                return next;
        }
        return end;
    }

    private static int LastSpace(ReadOnlySpan<char> text, int start, int end)
    {
        int last = text[(start + 1)..Math.Max(start + 1, end)].LastIndexOf(' ');
        return last < 0 ? -1 : start + 1 + last;
    }

    // What the first steps together make of ASCII, as far as they go unit by unit.
    private static sbyte[]? AsciiMap(ReadOnlySpan<Normalizer> steps, out int covered)
    {
        sbyte[] map = new sbyte[128];
        for (int unit = 0; unit < map.Length; unit++)
            map[unit] = (sbyte)unit;
        for (covered = 0; covered < steps.Length; covered++)
        {
            sbyte[] next = new sbyte[128];
            for (int unit = 0; unit < map.Length; unit++)
            {
                int mapped = map[unit];
                if (mapped >= 0 && !steps[covered].TryMapAscii(mapped, out mapped))
                    return covered == 0 ? null : map;
                next[unit] = (sbyte)mapped;
            }
            map = next;
        }
        return map;
    }
}
