using Sextant.Tokens;

namespace Sextant.Cli.Verbs;

/// <summary>What <c>verify</c> embeds: texts of all lengths, or token ids where a folder has no tokenizer.</summary>
internal sealed class VerifyInputs
{
    // Below, at and above the widths of vectors and tiles, and primes.
    private static readonly int[] Lengths =
        [0, 1, 2, 3, 5, 7, 8, 9, 13, 15, 16, 17, 31, 32, 33, 61, 64, 67, 127, 128, 129, 251, 300, 509];

    private static readonly string[] Words =
        ("the sky over harbour towns is blue at noon and 17 ships, old and new, keep their distance: "
        + "Zürich 今日 \u03C0 ≈ 3.14 (measured twice!)").Split(' ');

    private readonly EmbeddingModel _model;
    private readonly string[]? _texts;
    private readonly TokenSequence[]? _sequences;

    public VerifyInputs(EmbeddingModel model)
    {
        _model = model;
        int most = Math.Max(1, model.MaxTokens);
        if (Tokenizer.ExistsIn(model.Card.Path))
            _texts = [.. Lengths.Where(length => length <= most).Select(Text)];
        else
        {
            _sequences = [.. Lengths.Where(length => length >= 1 && length <= most)
                .Select(length => Sequence(length, model.Card.VocabularySize))];
        }
    }

    /// <summary>How many there are.</summary>
    public int Count => _texts?.Length ?? _sequences!.Length;

    /// <summary>Embeds all.</summary>
    public void Embed(Span<float> vectors, IProgress<int> progress, CancellationToken cancellation)
    {
        if (_texts is not null)
            _model.Embed(_texts, vectors, default, progress, cancellation);
        else
            _model.EmbedTokens(_sequences!, vectors, default, progress, cancellation);
    }

    private static string Text(int words) =>
        string.Join(' ', Enumerable.Range(0, words).Select(position => Words[(words + (position * 7)) % Words.Length]));

    private static TokenSequence Sequence(int length, int vocabulary) =>
        new(Enumerable.Range(0, length)
            .Select(position => (int)(((length * 7919L) + (position * 104729L)) % vocabulary)).ToArray());
}
