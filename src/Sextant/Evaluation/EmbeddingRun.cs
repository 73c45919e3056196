namespace Sextant.Evaluation;

/// <summary>Takes vectors [n, Dimensions], row by row, as they come.</summary>
internal delegate void VectorSink(ReadOnlySpan<float> vectors);

/// <summary>Embeds any number of texts in pieces, so that only what is done with the vectors takes memory.</summary>
/// <param name="model">The model, which the caller owns.</param>
/// <param name="progress">Told how many texts are done, of all calls together.</param>
/// <param name="cancellationToken">Ends the work.</param>
internal sealed class EmbeddingRun(
    EmbeddingModel model, IProgress<int>? progress = null, CancellationToken cancellationToken = default)
{
    // The model batches by itself; texts of a piece are enough to sort by length, and their vectors stay small.
    private const int PieceTexts = 4096;

    private readonly float[] _vectors = new float[PieceTexts * model.Dimensions];
    private readonly TextReport[] _reports = new TextReport[PieceTexts];

    /// <summary>Length of the vectors.</summary>
    public int Dimensions => model.Dimensions;

    /// <summary>Told what became of each text.</summary>
    public Action<TextReport>? Reported { get; init; }

    /// <summary>How many texts were embedded so far.</summary>
    public int Texts { get; private set; }

    /// <summary>How many of them were longer than the model takes, and cut.</summary>
    public int Truncated { get; private set; }

    /// <summary>Embeds texts, a prompt before each, and hands their vectors on, in order.</summary>
    /// <exception cref="NonFiniteEmbeddingException">
    /// The weights overflow on a text; its index counts from 0 in this call.
    /// </exception>
    public void Embed(IReadOnlyList<string> texts, VectorSink sink, Prompt prompt = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(sink);
        for (int first = 0; first < texts.Count; first += PieceTexts)
        {
            string[] piece = new string[Math.Min(PieceTexts, texts.Count - first)];
            for (int i = 0; i < piece.Length; i++)
                piece[i] = texts[first + i];
            Span<float> vectors = _vectors.AsSpan(0, piece.Length * Dimensions);
            Span<TextReport> reports = _reports.AsSpan(0, piece.Length);
            try
            {
                model.Embed(piece, prompt, vectors, reports, new Offset(progress, Texts), cancellationToken);
            }
            catch (NonFiniteEmbeddingException problem) when (first > 0)
            {
                throw new NonFiniteEmbeddingException(first + problem.Index); // the model counts within the piece
            }
            foreach (TextReport report in reports)
            {
                Truncated += report.Truncated > 0 ? 1 : 0;
                Reported?.Invoke(report);
            }
            Texts += piece.Length;
            sink(vectors);
        }
    }

    private sealed class Offset(IProgress<int>? progress, int before) : IProgress<int>
    {
        public void Report(int value) => progress?.Report(before + value);
    }
}
