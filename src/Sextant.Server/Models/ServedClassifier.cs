using Sextant.Server.Hosting;
using Sextant.Tokens;

namespace Sextant.Server.Models;

/// <summary>A classifier; with one label, a reranker.</summary>
internal sealed class ServedClassifier : ServedModel
{
    private readonly SequenceClassifier _model;
    private readonly BatchQueue<int, float[]> _queue;

    public ServedClassifier(string id, SequenceClassifier model, ServerOptions options, ServerMetrics metrics)
        : base(id, model.Card, options, metrics)
    {
        _model = model;
        _queue = Queue<int, float[]>(Run);
    }

    public override string Kind => IsRanker ? "reranker" : "classifier";

    /// <summary>Whether its score orders documents.</summary>
    public bool IsRanker => _model.Labels.Count == 1;

    public override Tokenizer Tokenizer => _model.Tokenizer;

    /// <summary>The model itself.</summary>
    public SequenceClassifier Model => _model;

    /// <summary>Scores of the labels of texts and pairs, in the order given.</summary>
    /// <param name="inputs">Texts, whose second is null, and pairs.</param>
    /// <param name="function">What becomes of raw scores.</param>
    /// <param name="truncation">Null: as the server is told.</param>
    /// <param name="parameter">What the request calls the inputs.</param>
    /// <param name="cancellation">The client has gone.</param>
    public async Task<Answer<float[]>> Score(
        IReadOnlyList<(string First, string? Second)> inputs, ScoreFunction function, Truncation? truncation,
        string parameter, CancellationToken cancellation)
    {
        RequireCount(inputs.Count, parameter);
        Truncation cut = truncation ?? Options.TruncateValue;
        var encoded = new EncodedInput[inputs.Count];
        int[] texts = [.. Enumerable.Range(0, encoded.Length).Where(i => inputs[i].Second is null)];
        int[] pairs = [.. Enumerable.Range(0, encoded.Length).Where(i => inputs[i].Second is not null)];
        if (texts.Length > 0)
        {
            EncodedInput[] some = _model.Encode([.. texts.Select(i => inputs[i].First)], cut, cancellation);
            for (int i = 0; i < some.Length; i++)
                encoded[texts[i]] = some[i];
        }
        if (pairs.Length > 0)
        {
            EncodedInput[] some = _model.Encode(
                [.. pairs.Select(i => (inputs[i].First, inputs[i].Second!))], cut, cancellation);
            for (int i = 0; i < some.Length; i++)
                encoded[pairs[i]] = some[i];
        }
        Accept(encoded, parameter);
        float[][] scores = await Wait(_queue, encoded, (int)function, cancellation).ConfigureAwait(false);
        return new Answer<float[]>(scores, encoded);
    }

    /// <summary>Documents in the order in which they answer a query, best first.</summary>
    public async Task<Ranking> Rank(
        string query, IReadOnlyList<string> documents, string parameter, Truncation? truncation,
        CancellationToken cancellation)
    {
        Answer<float[]> answer = await Score(
            [.. documents.Select(text => (query, (string?)text))], ScoreFunction.None, truncation, parameter,
            cancellation).ConfigureAwait(false);
        float[] logits = [.. answer.Results.Select(one => one[0])];
        return new Ranking(
            RankedDocument.Best(logits, _model.RankFunction, int.MaxValue), answer.Inputs, answer.Tokens);
    }

    public override void Dispose()
    {
        _queue.Dispose();
        _model.Dispose();
    }

    private float[][] Run(IReadOnlyList<EncodedInput> inputs, int function, CancellationToken cancellation)
    {
        int labels = _model.Labels.Count;
        float[] all = new float[inputs.Count * labels];
        _model.Score(inputs, (ScoreFunction)function, all, cancellation);
        var scores = new float[inputs.Count][];
        for (int i = 0; i < scores.Length; i++)
            scores[i] = all[(i * labels)..((i + 1) * labels)];
        return scores;
    }
}

/// <summary>Ranked documents, and what became of the pairs, in the order given.</summary>
internal sealed record Ranking(RankedDocument[] Documents, EncodedInput[] Inputs, long Tokens);
