using System.Diagnostics.CodeAnalysis;
using Sextant.Kernels;
using Sextant.Models;
using Sextant.Tensors;
using Sextant.Tokens;

namespace Sextant;

/// <summary>
/// An embedding model: texts in, vectors out. The f32 vector of a text is one fixed bit pattern, whatever else is in the
/// batch, however many threads work on it, and whichever instruction set serves.
/// </summary>
/// <remarks>
/// Thread-safe: any number of threads may call any member; weights are shared, each call in flight has its own working
/// memory, which is kept for the next. Disposing while calls are in flight is not allowed.
/// </remarks>
public sealed class EmbeddingModel : IDisposable
{
    // Enough rows to keep the weights busy, few enough that the activations stay in the cache. Longer texts go alone.
    internal const int TokensPerBatch = 1024;
    private const int TokensPerWindow = 64 * TokensPerBatch;
    private const int TextsPerWindow = 4096;

    private readonly LoadedModel _model;
    private readonly EmbeddingSession?[] _sessions = new EmbeddingSession?[Math.Max(4, 2 * Environment.ProcessorCount)];
    private readonly Truncation _truncation;
    private readonly Lock _loading = new();
    private Tokenizer? _tokenizer;
    private int _promptTokens;
    private bool _disposed;

    private EmbeddingModel(LoadedModel model, EmbeddingOptions options)
    {
        _model = model;
        _truncation = options.Truncation;
    }

    /// <summary>The model that is carried beside the assembly: weights/default.</summary>
    public static string DefaultPath => FindDefault();

    /// <summary>What was loaded.</summary>
    public ModelCard Card => _model.Card;

    /// <summary>Length of a vector.</summary>
    public int Dimensions => _model.Head.Dimensions;

    /// <summary>Most tokens of a text, special tokens included; what is beyond is cut, and reported.</summary>
    public int MaxTokens => Card.MaxTokens;

    /// <summary>The tokenizer in the model's folder, loaded on first use.</summary>
    /// <exception cref="InvalidModelException">The folder has none, or it is not supported or does not fit the model.</exception>
    public Tokenizer Tokenizer => _tokenizer ?? LoadTokenizer();

    /// <summary>Loads a model folder in sentence-transformers' or Hugging Face's format.</summary>
    /// <exception cref="InvalidModelException">A file is missing, damaged, or says something that is not supported.</exception>
    /// <exception cref="UnsupportedRequestException">The options ask for something the model does not have.</exception>
    /// <exception cref="PlatformNotSupportedException">SEXTANT_ISA names an instruction set this machine lacks.</exception>
    public static EmbeddingModel Load(string path, EmbeddingOptions? options = null) =>
        Load(path, options ?? new EmbeddingOptions(), KernelSet.Chosen);

    /// <summary>Loads the model at <see cref="DefaultPath"/>.</summary>
    public static EmbeddingModel LoadDefault(EmbeddingOptions? options = null) => Load(DefaultPath, options);

    internal static EmbeddingModel Load(string path, EmbeddingOptions options, KernelSet kernels) =>
        new(ModelLoading.Load(path, options, kernels), options);

    /// <summary>The vector of a text, in a new array.</summary>
    public float[] Embed(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var vector = new float[Dimensions];
        Embed(text, vector);
        return vector;
    }

    /// <summary>Writes the vector of a text to <paramref name="destination"/> [Dimensions].</summary>
    /// <exception cref="TextTooLongException">The text is too long and the policy is <see cref="Truncation.Error"/>.</exception>
    /// <exception cref="NonFiniteEmbeddingException">The weights overflow on this text.</exception>
    public TextReport Embed(ReadOnlySpan<char> text, Span<float> destination)
    {
        CheckDestination(1, destination, default);
        EmbeddingSession session = Rent();
        try
        {
            session.Sequences.Clear();
            TextReport report = AddText(session, text, 0);
            EncodeWindow(session, 0, destination, null, 0, CancellationToken.None);
            return report;
        }
        finally
        {
            Return(session);
        }
    }

    /// <summary>Writes the vectors of texts to <paramref name="destination"/> [texts, Dimensions], in the order given.</summary>
    /// <param name="texts">Any number of texts; they are batched by their lengths inside.</param>
    /// <param name="destination">At least texts × <see cref="Dimensions"/> elements.</param>
    /// <param name="reports">Where to say what became of each text: as many as texts, or empty.</param>
    /// <param name="progress">Told how many texts are done.</param>
    /// <param name="cancellationToken">Looked at between layers.</param>
    /// <exception cref="OperationCanceledException">Cancelled; the destination is partly written.</exception>
    public void Embed(
        IReadOnlyList<string> texts, Span<float> destination, Span<TextReport> reports = default,
        IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        CheckDestination(texts.Count, destination, reports);
        EmbeddingSession session = Rent();
        try
        {
            for (int first = 0; first < texts.Count; first += session.Sequences.Count)
            {
                session.Sequences.Clear();
                for (int i = first; i < texts.Count && !IsFull(session); i++)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    TextReport report = AddText(session, texts[i] ?? throw new ArgumentNullException($"texts[{i}]"), i);
                    if (!reports.IsEmpty)
                        reports[i] = report;
                }
                EncodeWindow(session, first, destination, progress, first, cancellationToken);
            }
        }
        finally
        {
            Return(session);
        }
    }

    /// <summary>Writes the vectors of token sequences, used as given, to <paramref name="destination"/>; needs no tokenizer.</summary>
    /// <inheritdoc cref="Embed(IReadOnlyList{string}, Span{float}, Span{TextReport}, IProgress{int}?, CancellationToken)"/>
    /// <exception cref="InvalidTokensException">A sequence is empty, or an id does not fit the model.</exception>
    public void EmbedTokens(
        IReadOnlyList<TokenSequence> sequences, Span<float> destination, Span<TextReport> reports = default,
        IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        CheckDestination(sequences.Count, destination, reports);
        EmbeddingSession session = Rent();
        try
        {
            for (int first = 0; first < sequences.Count; first += session.Sequences.Count)
            {
                session.Sequences.Clear();
                for (int i = first; i < sequences.Count && !IsFull(session); i++)
                {
                    TextReport report = AddTokens(session, sequences[i], i);
                    if (!reports.IsEmpty)
                        reports[i] = report;
                }
                EncodeWindow(session, first, destination, progress, first, cancellationToken);
            }
        }
        finally
        {
            Return(session);
        }
    }

    /// <summary>
    /// Writes a hidden state of every token to <paramref name="destination"/> [tokens, hidden size]: the state before the
    /// first layer for 0, the output of layer k for k. Later layers are not run.
    /// </summary>
    public void HiddenStates(TokenSequence sequence, int layer, Span<float> destination)
    {
        if (layer < 0 || layer > _model.Layers.Last)
        {
            throw new UnsupportedRequestException(
                $"layer {layer} was asked for; this model was loaded with layers 0 to {_model.Layers.Last}.");
        }
        int tokens = sequence.Ids.Length;
        if (destination.Length < (long)tokens * Card.HiddenSize)
            throw new ArgumentException($"{tokens} × {Card.HiddenSize} elements are needed.", nameof(destination));
        EmbeddingSession session = Rent();
        try
        {
            session.Sequences.Clear();
            if (AddTokens(session, sequence, 0).Truncated > 0)
                throw new TextTooLongException(0, tokens, MaxTokens);
            session.Sequences.Sort();
            session.Sequences.NextBatch(session.Batch, int.MaxValue, out int longest);
            var selection = new LayerSelection(layer);
            session.Workspace.Reset(_model.Trunk.WorkspaceBytes(_model.Backend, tokens, longest, selection));
            Tensor hidden = _model.Trunk.Run(_model.Backend, session.Batch, longest, session.Workspace, selection);
            _model.Backend.Download(hidden, destination);
        }
        finally
        {
            Return(session);
        }
    }

    /// <summary>Frees the weights and the working memory.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        for (int i = 0; i < _sessions.Length; i++)
            Interlocked.Exchange(ref _sessions[i], null)?.Dispose();
        _model.Backend.Dispose();
    }

    private static bool IsFull(EmbeddingSession session) =>
        session.Sequences.Tokens >= TokensPerWindow || session.Sequences.Count >= TextsPerWindow;

    private TextReport AddText(EmbeddingSession session, ReadOnlySpan<char> text, int index)
    {
        Tokenizer tokenizer = Tokenizer;
        var options = new EncodeOptions
        {
            MaxTokens = MaxTokens,
            Side = _truncation == Truncation.Left ? TruncationSide.Left : TruncationSide.Right,
        };
        tokenizer.Encode(session.Compose(_model.Prompt, text, _model.LowerCase), session.Tokens, options);
        TokenBuffer tokens = session.Tokens;
        if (tokens.Truncated > 0 && _truncation == Truncation.Error)
            throw new TextTooLongException(index, tokens.Count + tokens.Truncated, MaxTokens);
        int skip = _model.SkipsPrompt ? Math.Min(_promptTokens, Math.Max(0, tokens.Count - 1)) : 0;
        session.Sequences.Add(tokens.Ids, tokens.TypeIds, skip);
        return new TextReport(tokens.Count, tokens.Truncated);
    }

    private TextReport AddTokens(EmbeddingSession session, TokenSequence sequence, int index)
    {
        ReadOnlySpan<int> ids = sequence.Ids.Span;
        ReadOnlySpan<int> typeIds = sequence.TypeIds.Span;
        if (ids.IsEmpty)
            throw new InvalidTokensException(index, "it has no token ids; at least one is needed.");
        if (!typeIds.IsEmpty && typeIds.Length != ids.Length)
            throw new InvalidTokensException(index, $"{ids.Length} ids have {typeIds.Length} token type ids.");
        CheckRange(index, "token id", ids, _model.Trunk.Shape.Vocabulary);
        CheckRange(index, "token type id", typeIds, _model.Trunk.Shape.Types);
        int cut = Math.Max(0, ids.Length - MaxTokens);
        if (cut > 0 && _truncation == Truncation.Error)
            throw new TextTooLongException(index, ids.Length, MaxTokens);
        Range kept = _truncation == Truncation.Left ? cut.. : ..(ids.Length - cut);
        session.Sequences.Add(ids[kept], typeIds.IsEmpty ? default : typeIds[kept], skip: 0);
        return new TextReport(ids.Length - cut, cut);
    }

    private static void CheckRange(int index, string what, ReadOnlySpan<int> values, int limit)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if ((uint)values[i] >= (uint)limit)
                throw new InvalidTokensException(index, $"{what} {values[i]} at {i}; this model takes 0 to {limit - 1}.");
        }
    }

    // The window's sequences, batch by batch, to rows first … of the destination.
    private void EncodeWindow(
        EmbeddingSession session, int first, Span<float> destination, IProgress<int>? progress, int done,
        CancellationToken cancellation)
    {
        session.Sequences.Sort();
        while (true)
        {
            int place = session.Sequences.NextBatch(session.Batch, TokensPerBatch, out int longest);
            if (session.Batch.Sequences == 0)
                return;
            cancellation.ThrowIfCancellationRequested();
            Tensor vectors = EncodeBatch(session, longest, cancellation);
            for (int s = 0; s < session.Batch.Sequences; s++)
            {
                int index = first + session.Sequences.SequenceAt(place + s);
                Span<float> vector = destination.Slice(index * Dimensions, Dimensions);
                _model.Backend.Download(vectors.RowRange(s, 1), vector);
                if (!IsFinite(vector))
                    throw new NonFiniteEmbeddingException(index);
            }
            progress?.Report(done += session.Batch.Sequences);
        }
    }

    private Tensor EncodeBatch(EmbeddingSession session, int longest, CancellationToken cancellation)
    {
        LoadedModel m = _model;
        int inputs = m.Head.LargestInputs;
        session.Workspace.Reset(
            m.Trunk.WorkspaceBytes(m.Backend, session.Batch.Tokens, longest, m.Layers)
            + m.Head.WorkspaceBytes(session.Batch.Sequences)
            + m.Backend.ScratchBytes(1, 1, inputs));
        Tensor hidden = m.Trunk.Run(m.Backend, session.Batch, longest, session.Workspace, m.Layers, cancellation);
        Tensor scratch = m.Backend.TakeScratch(session.Workspace, 1, 1, inputs);
        return m.Head.Run(m.Backend, session.Batch, hidden, session.Workspace, scratch);
    }

    private static bool IsFinite(ReadOnlySpan<float> vector)
    {
        foreach (float value in vector)
        {
            if (!float.IsFinite(value))
                return false;
        }
        return true;
    }

    private void CheckDestination(int count, Span<float> destination, Span<TextReport> reports)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (destination.Length < (long)count * Dimensions)
        {
            throw new ArgumentException(
                $"{count} × {Dimensions} elements are needed; there are {destination.Length}.", nameof(destination));
        }
        if (!reports.IsEmpty && reports.Length < count)
            throw new ArgumentException($"{count} reports are needed; there are {reports.Length}.", nameof(reports));
    }

    private Tokenizer LoadTokenizer()
    {
        lock (_loading)
        {
            if (_tokenizer is not null)
                return _tokenizer;
            Tokenizer tokenizer = Tokenizer.LoadFolder(_model.TokenizerFolder);
            if (tokenizer.VocabularySize > Card.VocabularySize)
            {
                throw new InvalidModelException(_model.TokenizerFolder,
                    $"the tokenizer has ids up to {tokenizer.VocabularySize - 1}; the model takes 0 to {Card.VocabularySize - 1}.");
            }
            if (_model.SkipsPrompt && _model.Prompt.Length > 0)
            {
                // As sentence-transformers counts: the prompt alone, special tokens included, but for the closing one.
                int closing = tokenizer.SpecialTokenCount(pair: false) > 1 ? 1 : 0;
                _promptTokens = tokenizer.CountTokens(_model.Prompt) - closing;
            }
            return _tokenizer = tokenizer;
        }
    }

    private EmbeddingSession Rent()
    {
        for (int i = 0; i < _sessions.Length; i++)
        {
            if (_sessions[i] is not null && Interlocked.Exchange(ref _sessions[i], null) is { } session)
                return session;
        }
        return new EmbeddingSession(_model.Backend.CreateWorkspace());
    }

    private void Return(EmbeddingSession session)
    {
        for (int i = 0; i < _sessions.Length; i++)
        {
            if (Interlocked.CompareExchange(ref _sessions[i], session, null) is null)
                return;
        }
        session.Dispose();
    }

    [UnconditionalSuppressMessage("SingleFile", "IL3000", Justification = "An empty location falls back to the base directory.")]
    private static string FindDefault()
    {
        string beside = Path.Combine(AppContext.BaseDirectory, "weights", "default");
        string? folder = Path.GetDirectoryName(typeof(EmbeddingModel).Assembly.Location);
        return Directory.Exists(beside) || string.IsNullOrEmpty(folder) ? beside : Path.Combine(folder, "weights", "default");
    }
}
