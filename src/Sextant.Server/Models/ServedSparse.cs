using Sextant.Server.Hosting;
using Sextant.Tokens;

namespace Sextant.Server.Models;

/// <summary>A sparse encoder.</summary>
internal sealed class ServedSparse : ServedModel
{
    private readonly SparseEncoder _model;
    private readonly BatchQueue<bool, TermWeight[]> _queue;
    private readonly SparseVectors _vectors = new(); // of the queue's thread

    public ServedSparse(string id, SparseEncoder model, ServerOptions options, ServerMetrics metrics)
        : base(id, model.Card, options, metrics)
    {
        _model = model;
        _queue = Queue<bool, TermWeight[]>(Run);
    }

    public override string Kind => "sparse";

    public override Tokenizer Tokenizer => _model.Tokenizer;

    /// <summary>The model itself.</summary>
    public SparseEncoder Model => _model;

    /// <summary>The terms of texts.</summary>
    public async Task<Answer<TermWeight[]>> Embed(
        IReadOnlyList<string> texts, Prompt prompt, Truncation? truncation, string parameter,
        CancellationToken cancellation)
    {
        RequireCount(texts.Count, parameter);
        EncodedInput[] encoded = Accept(
            _model.Encode(texts, prompt, truncation ?? Options.TruncateValue, cancellation), parameter);
        TermWeight[][] terms = await Wait(_queue, encoded, false, cancellation).ConfigureAwait(false);
        return new Answer<TermWeight[]>(terms, encoded);
    }

    public override void Dispose()
    {
        _queue.Dispose();
        _model.Dispose();
    }

    private TermWeight[][] Run(IReadOnlyList<EncodedInput> inputs, bool form, CancellationToken cancellation)
    {
        _model.Embed(inputs, _vectors, cancellation);
        var terms = new TermWeight[inputs.Count][];
        for (int i = 0; i < terms.Length; i++)
            terms[i] = _vectors[i].ToArray();
        return terms;
    }
}
