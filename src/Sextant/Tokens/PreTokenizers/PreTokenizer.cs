namespace Sextant.Tokens;

/// <summary>Cuts normalised text into words; the model never looks across their borders.</summary>
/// <remarks>A pre-tokenizer has no state: the same instance serves all threads.</remarks>
internal abstract class PreTokenizer
{
    /// <summary>
    /// Whether a long text may be cut between an ASCII letter or digit and a space after it: whether its parts, split
    /// one by one and split again where <see cref="SplitsAtSpaces"/> holds for some step, give the words of the whole.
    /// </summary>
    internal abstract bool WorksInParts { get; }

    /// <summary>Whether there is always a border between an ASCII letter or digit and a space after it.</summary>
    internal abstract bool SplitsAtSpaces { get; }

    /// <summary>Whether words go to a new text, through <see cref="Rewrite"/>.</summary>
    internal virtual bool Rewrites => false;

    /// <summary>Whether the step has to know where in the original text a word begins.</summary>
    internal virtual bool NeedsOrigins => false;

    /// <summary>Adds the words of <c>text[start..end]</c> (not empty) to <paramref name="words"/>, in order.</summary>
    internal virtual void Split(NormalizedText text, int start, int end, WordList words) => words.Add(start, end);

    /// <summary>
    /// Appends the word <c>text[start..end]</c> as it becomes to <paramref name="rewritten"/>, and what it is split
    /// into, as ranges of that text, to <paramref name="words"/>.
    /// </summary>
    internal virtual void Rewrite(
        NormalizedText text, int start, int end, NormalizedText rewritten, WordList words) =>
        throw new NotSupportedException();
}

/// <summary>Ranges of a normalised text. Reused; grows and never shrinks.</summary>
internal sealed class WordList
{
    private (int Start, int End)[] _words = new (int, int)[64];

    internal int Count { get; private set; }

    internal ReadOnlySpan<(int Start, int End)> Words => _words.AsSpan(0, Count);

    internal void Clear() => Count = 0;

    /// <summary>Adds a word; an empty one is none.</summary>
    internal void Add(int start, int end)
    {
        if (start == end)
            return;
        if (Count == _words.Length)
            Array.Resize(ref _words, Count * 2);
        _words[Count++] = (start, end);
    }
}
