using Sextant.Cli.Arguments;
using Sextant.Heads;
using Sextant.Weights;

namespace Sextant.Cli.Verbs;

/// <summary>What orders documents for a query: a cross-encoder, or a late-interaction model.</summary>
internal sealed class Reranker : IDisposable
{
    private readonly SequenceClassifier? _pairs;
    private readonly MultiVectorEncoder? _vectors;

    private Reranker(SequenceClassifier? pairs, MultiVectorEncoder? vectors) => (_pairs, _vectors) = (pairs, vectors);

    /// <summary>What its inputs are called.</summary>
    public string Inputs => _pairs is null ? "documents" : "pairs of query and document";

    /// <summary>Maximum number of tokens of an input.</summary>
    public int MaxTokens => _pairs?.MaxTokens ?? _vectors!.MaxTokens;

    /// <summary>Loads what a folder's files say that it holds.</summary>
    public static Reranker Load(string path, ArgumentValues arguments)
    {
        string folder = HubCache.Resolve(path);
        return MultiVectorModules.AreIn(folder)
            ? new(null, MultiVectorEncoder.Load(folder, HeadFlags.MultiVector(arguments)))
            : new(SequenceClassifier.Load(folder, HeadFlags.Classifier(arguments)), null);
    }

    /// <summary>The documents, best first.</summary>
    public RankedDocument[] Rank(
        string query, IReadOnlyList<string> documents, int most, Span<TextReport> reports, IProgress<int>? progress,
        CancellationToken cancellation) => _pairs is { } pairs
        ? pairs.Rank(query, documents, most, reports, progress, cancellation)
        : _vectors!.Rank(query, documents, most, reports, progress, cancellation);

    public void Dispose()
    {
        _pairs?.Dispose();
        _vectors?.Dispose();
    }
}
