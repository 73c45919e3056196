using Sextant.Heads;
using Sextant.Kernels.Elementary;
using Sextant.Models;
using Sextant.Tokens;
using Sextant.Weights;

namespace Sextant;

/// <summary>
/// A sparse encoder (SPLADE, Formal et al., 2021): a text's weight for each token of the vocabulary is log(1 +
/// relu(x)), x being the largest score that the model's masked-language head gives that token at any position of the
/// text; where the folder asks for log1p_relu, the logarithm of one more than that.
/// </summary>
/// <remarks>
/// Thread-safe, as <see cref="EmbeddingModel"/> is: any number of threads may call any member; each call in flight has
/// its own working memory, which does not grow with the number of texts nor as tokens × vocabulary. The weights of a
/// text are the same bits in any batch, order and number of threads. Disposed meanwhile, it lets calls in
/// flight come to their end and refuses others.
/// </remarks>
public sealed class SparseEncoder : IDisposable
{
    private readonly LoadedModel _model;
    private readonly ModelCalls _calls;
    private readonly int _maxTerms;
    private readonly bool _isDamped;

    private SparseEncoder(LoadedModel model, SparseOptions options, bool isDamped)
    {
        _isDamped = isDamped;
        _model = model;
        _maxTerms = options.MaxTerms ?? int.MaxValue;
        _calls = new ModelCalls(model, options.Truncation, nameof(SparseEncoder));
    }

    /// <summary>What was loaded.</summary>
    public ModelCard Card => _calls.Card;

    /// <summary>Terms there can be: ids are below this.</summary>
    public int VocabularySize => _model.Head.Dimensions;

    /// <summary>
    /// Maximum number of tokens of a text, special tokens included; what is beyond is cut, and reported.
    /// </summary>
    public int MaxTokens => _model.Card.MaxTokens;

    /// <summary>The tokenizer in the model's folder, loaded on first use; it tells the terms' texts.</summary>
    /// <exception cref="InvalidModelException">
    /// The folder has none, or it is not supported or does not fit the model.
    /// </exception>
    public Tokenizer Tokenizer => _calls.Tokenizer;

    /// <summary>
    /// Loads a model folder whose checkpoint has a masked-language head, plain or as sentence-transformers writes it.
    /// </summary>
    /// <exception cref="InvalidModelException">A file is missing, damaged, has no such head, or says something that is
    /// not supported.</exception>
    /// <exception cref="UnsupportedRequestException">The family's head or an option is not supported.</exception>
    public static SparseEncoder Load(string path, SparseOptions? options = null) => Load(path, options, null);

    internal static SparseEncoder Load(string path, SparseOptions? options, int? blockRows)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        path = HubCache.Resolve(path);
        options ??= new SparseOptions();
        if (options.MaxTerms < 1)
            throw new ArgumentOutOfRangeException(nameof(options), options.MaxTerms, "At least one term is needed.");
        LoadedModel model = HeadLoading.Load(
            path, SparseModules.Read(path, out bool isDamped), options.Common,
            config => HeadCatalog.Find(HeadCatalog.MaskedLanguage, "a masked-language head", config),
            (_, head) => new SpladeHead(head, blockRows), perVocabulary: true);
        return new SparseEncoder(model, options, isDamped);
    }

    /// <summary>The terms of a text, ascending by id, in a new array.</summary>
    public TermWeight[] Embed(string text, Prompt prompt = default, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        var vectors = new SparseVectors();
        Embed([text], vectors, prompt, cancellationToken: cancellationToken);
        return vectors[0].ToArray();
    }

    /// <summary>
    /// Puts the vectors of texts into <paramref name="destination"/>, in the order given; its former content is
    /// replaced.
    /// </summary>
    /// <param name="texts">Any number of texts.</param>
    /// <param name="destination">Where the vectors go.</param>
    /// <param name="prompt">What is put before each text.</param>
    /// <param name="reports">Where to say what became of each text: as many as texts, or empty.</param>
    /// <param name="progress">Told how many texts are done.</param>
    /// <param name="cancellationToken">Looked at between blocks of products and of attention.</param>
    /// <exception cref="TextTooLongException">
    /// A text is too long and the policy is <see cref="Truncation.Error"/>.
    /// </exception>
    /// <exception cref="NonFiniteEmbeddingException">The weights overflow on a text.</exception>
    public void Embed(
        IReadOnlyList<string> texts, SparseVectors destination, Prompt prompt = default,
        Span<TextReport> reports = default, IProgress<int>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(destination);
        destination.Begin(texts.Count);
        _calls.Run(new TextInputs(texts, prompt), new SparseRows(destination, _maxTerms, _isDamped), reports, progress,
            cancellationToken);
    }

    /// <summary>The same for token sequences, used as given.</summary>
    /// <exception cref="InvalidTokensException">A sequence is empty, or an id does not fit the model.</exception>
    public void EmbedTokens(
        IReadOnlyList<TokenSequence> sequences, SparseVectors destination, Span<TextReport> reports = default,
        IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        ArgumentNullException.ThrowIfNull(destination);
        destination.Begin(sequences.Count);
        _calls.Run(new SequenceInputs(sequences), new SparseRows(destination, _maxTerms, _isDamped), reports, progress,
            cancellationToken);
    }

    /// <summary>Texts as the model will see them, for a later call.</summary>
    internal EncodedInput[] Encode(
        IReadOnlyList<string> texts, Prompt prompt, Truncation truncation, CancellationToken cancellation) =>
        _calls.Encode(new TextInputs(texts, prompt), truncation, cancellation);

    /// <summary>Vectors of what was encoded.</summary>
    internal void Embed(
        IReadOnlyList<EncodedInput> inputs, SparseVectors destination, CancellationToken cancellation)
    {
        destination.Begin(inputs.Count);
        _calls.Run(
            new EncodedInputs(inputs), new SparseRows(destination, _maxTerms, _isDamped), default, null, cancellation);
    }

    /// <summary>Frees the weights and the working memory.</summary>
    public void Dispose() => _calls.Dispose();

    // Maxima over tokens to terms: the logarithm is taken of what is above zero only.
    private readonly struct SparseRows(SparseVectors destination, int most, bool isDamped) : IRowSink
    {
        public void Take(int index, ReadOnlySpan<int> ids, ReadOnlySpan<float> row)
        {
            int count = 0;
            foreach (float value in row)
                count += value > 0 ? 1 : 0;
            Span<TermWeight> terms = destination.Reserve(count);
            int next = 0;
            for (int id = 0; id < row.Length; id++)
            {
                if (row[id] > 0)
                    terms[next++] = new TermWeight(id, row[id]);
            }
            if (count > most)
            {
                // The logarithm keeps the order, so the largest maxima are the largest weights; ties go to the smaller
                // id.
                terms.Sort(static (a, b) => a.Weight != b.Weight ? b.Weight.CompareTo(a.Weight) : a.Id.CompareTo(b.Id));
                terms = terms[..most];
                terms.Sort(static (a, b) => a.Id.CompareTo(b.Id));
            }
            foreach (ref TermWeight term in terms)
            {
                float weight = ElementaryDouble.LogOnePlus(term.Weight);
                term = term with { Weight = isDamped ? ElementaryDouble.LogOnePlus(weight) : weight };
            }
            destination.Set(index, terms.Length);
        }

        public void TakeEmpty(int index) => destination.Set(index, 0);
    }
}
