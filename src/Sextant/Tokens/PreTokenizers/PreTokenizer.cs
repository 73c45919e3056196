namespace Sextant.Tokens;

/// <summary>Cuts normalised text into words; the model never looks across their borders.</summary>
/// <remarks>A pre-tokenizer has no state: the same instance serves all threads.</remarks>
internal abstract class PreTokenizer
{
    /// <summary>Adds the words of <c>text[start..end]</c> to <paramref name="words"/>, in order.</summary>
    internal abstract void Split(NormalizedText text, int start, int end, WordList words);

    /// <summary>Whether a long text may be cut before a space or line feed and its parts be split one by one.</summary>
    internal abstract bool WorksInParts { get; }
}

/// <summary>Ranges of a normalised text. Reused; grows and never shrinks.</summary>
internal sealed class WordList
{
    private (int Start, int End)[] _words = new (int, int)[64];

    internal int Count { get; private set; }

    internal ReadOnlySpan<(int Start, int End)> Words => _words.AsSpan(0, Count);

    internal void Clear() => Count = 0;

    internal void Add(int start, int end)
    {
        if (Count == _words.Length)
            Array.Resize(ref _words, Count * 2);
        _words[Count++] = (start, end);
    }
}
