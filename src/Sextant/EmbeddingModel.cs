using System.Diagnostics.CodeAnalysis;
using Sextant.Backends;
using Sextant.Kernels;
using Sextant.Models;
using Sextant.Tokens;

namespace Sextant;

/// <summary>
/// An embedding model: texts in, vectors out. The f32 vector of a text is one fixed bit pattern, whatever else is in
/// the batch, however many threads work on it, and whichever instruction set serves.
/// </summary>
/// <remarks>
/// Thread-safe: any number of threads may call any member; weights are shared, each call in flight has its own working
/// memory, which is kept for the next. Disposed meanwhile, it lets calls in flight come to their end and refuses
/// others.
/// </remarks>
public sealed class EmbeddingModel : IDisposable
{
    private readonly LoadedModel _model;
    private readonly ModelCalls _calls;

    private EmbeddingModel(LoadedModel model, Truncation truncation)
    {
        _model = model;
        _calls = new ModelCalls(model, truncation, nameof(EmbeddingModel));
    }

    /// <summary>The model that is carried beside the assembly: weights/default.</summary>
    public static string DefaultPath => FindDefault();

    /// <summary>What was loaded.</summary>
    public ModelCard Card => _calls.Card;

    /// <summary>Length of a vector.</summary>
    public int Dimensions => _model.Head.Dimensions;

    /// <summary>
    /// Maximum number of tokens of a text, special tokens included; what is beyond is cut, and reported.
    /// </summary>
    public int MaxTokens => _model.Card.MaxTokens;

    /// <summary>The tokenizer in the model's folder, loaded on first use.</summary>
    /// <exception cref="InvalidModelException">
    /// The folder has none, or it is not supported or does not fit the model.
    /// </exception>
    public Tokenizer Tokenizer => _calls.Tokenizer;

    /// <summary>Loads a model folder in sentence-transformers' or Hugging Face's format.</summary>
    /// <param name="path">
    /// The folder; or the model's name on the hub, ORG/NAME or ORG/NAME@REVISION, where the hub's cache on this machine
    /// has it: nothing is downloaded.
    /// </param>
    /// <param name="options">How to load it; null: as its files say.</param>
    /// <exception cref="InvalidModelException">
    /// A file is missing, damaged, or says something that is not supported.
    /// </exception>
    /// <exception cref="UnsupportedRequestException">
    /// The options ask for something the model or the device does not have.
    /// </exception>
    /// <exception cref="DeviceException">
    /// The device has too little memory, was lost, or does not accept the kernels.
    /// </exception>
    /// <exception cref="PlatformNotSupportedException">
    /// SEXTANT_ISA names an instruction set this machine lacks.
    /// </exception>
    public static EmbeddingModel Load(string path, EmbeddingOptions? options = null) =>
        Load(path, options ?? new EmbeddingOptions(), options?.Device ?? Device.Cpu);

    /// <summary>Loads the model at <see cref="DefaultPath"/>.</summary>
    public static EmbeddingModel LoadDefault(EmbeddingOptions? options = null) => Load(DefaultPath, options);

    /// <summary>
    /// Loads a model for a certain set of the processor's kernels; the bits are the same for all of them.
    /// </summary>
    /// <exception cref="ArgumentException">The options name a device: these kernels are the processor's.</exception>
    internal static EmbeddingModel Load(string path, EmbeddingOptions options, KernelSet kernels)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(kernels);
        if (options.Device is not null)
            throw new ArgumentException(
                "A set of kernels is for the processor; the options name a device.", nameof(options));
        return Load(path, options, new CpuDevice(kernels, null));
    }

    /// <summary>The text that a prompt puts before each text of a call; empty for none.</summary>
    /// <exception cref="UnsupportedRequestException">The model has no prompt of this name.</exception>
    public string PromptText(Prompt prompt) => _model.Prompts.TextOf(prompt);

    /// <summary>The vector of a text, in a new array.</summary>
    /// <param name="text">The text.</param>
    /// <param name="prompt">What is put before it.</param>
    /// <param name="cancellationToken">Looked at between blocks of products and of attention.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public float[] Embed(string text, Prompt prompt = default, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        var vector = new float[Dimensions];
        Embed(text, vector, prompt, cancellationToken);
        return vector;
    }

    /// <summary>
    /// The vector of what is searched for, in a new array: <see cref="Embed(string, Prompt, CancellationToken)"/> with
    /// <see cref="Prompt.Query"/>.
    /// </summary>
    public float[] EmbedQuery(string text, CancellationToken cancellationToken = default) =>
        Embed(text, Prompt.Query, cancellationToken);

    /// <summary>
    /// The vector of what is searched in, in a new array: <see cref="Embed(string, Prompt, CancellationToken)"/> with
    /// <see cref="Prompt.Document"/>.
    /// </summary>
    public float[] EmbedDocument(string text, CancellationToken cancellationToken = default) =>
        Embed(text, Prompt.Document, cancellationToken);

    /// <summary>
    /// Writes the vector of a text to <paramref name="destination"/> [Dimensions]. Allocates nothing.
    /// </summary>
    /// <exception cref="UnsupportedRequestException">The model has no prompt of this name.</exception>
    /// <exception cref="TextTooLongException">
    /// The text is too long and the policy is <see cref="Truncation.Error"/>.
    /// </exception>
    /// <exception cref="NonFiniteEmbeddingException">The weights overflow on this text.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; nothing was written.</exception>
    public TextReport Embed(
        ReadOnlySpan<char> text, Span<float> destination, Prompt prompt = default,
        CancellationToken cancellationToken = default)
    {
        ModelCalls.CheckDestination(1, Dimensions, destination);
        return _calls.RunText(text, prompt, new DenseRows(destination, Dimensions), cancellationToken);
    }

    /// <summary>
    /// Writes the vectors of texts to <paramref name="destination"/> [texts, Dimensions], in the order given.
    /// </summary>
    /// <param name="texts">Any number of texts; they are batched by their lengths inside.</param>
    /// <param name="destination">At least texts × <see cref="Dimensions"/> elements.</param>
    /// <param name="reports">Where to say what became of each text: as many as texts, or empty.</param>
    /// <param name="progress">Told how many texts are done.</param>
    /// <param name="cancellationToken">Looked at between blocks of products and of attention.</param>
    /// <exception cref="TextTooLongException">
    /// A text is too long and the policy is <see cref="Truncation.Error"/>.
    /// </exception>
    /// <exception cref="NonFiniteEmbeddingException">The weights overflow on a text.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the destination is partly written.</exception>
    public void Embed(
        IReadOnlyList<string> texts, Span<float> destination, Span<TextReport> reports = default,
        IProgress<int>? progress = null, CancellationToken cancellationToken = default) =>
        Embed(texts, default, destination, reports, progress, cancellationToken);

    /// <summary>The same with a prompt of the caller's choice before each text.</summary>
    /// <inheritdoc cref="Embed(IReadOnlyList{string}, Span{float}, Span{TextReport}, IProgress{int}?,
    /// CancellationToken)"/>
    /// <exception cref="UnsupportedRequestException">The model has no prompt of this name.</exception>
    public void Embed(
        IReadOnlyList<string> texts, Prompt prompt, Span<float> destination, Span<TextReport> reports = default,
        IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        EmbedAll(new TextInputs(texts, prompt), destination, reports, progress, cancellationToken);
    }

    /// <summary>
    /// The same with vectors of a length that this call chooses (Matryoshka): the bits are those of a model loaded with
    /// <see cref="EmbeddingOptions.Dimensions"/> of this length.
    /// </summary>
    /// <param name="texts">Any number of texts.</param>
    /// <param name="prompt">What stands before each.</param>
    /// <param name="dimensions">1 to the length that the model's vectors have in full.</param>
    /// <param name="destination">At least texts × <paramref name="dimensions"/> elements.</param>
    /// <param name="reports">Where to say what became of each text: as many as texts, or empty.</param>
    /// <param name="progress">Told how many texts are done.</param>
    /// <param name="cancellationToken">Looked at between blocks of products and of attention.</param>
    /// <inheritdoc cref="Embed(IReadOnlyList{string}, Span{float}, Span{TextReport}, IProgress{int}?,
    /// CancellationToken)" path="/exception"/>
    /// <exception cref="UnsupportedRequestException">
    /// The model has no prompt of this name, or its vectors are not so long.
    /// </exception>
    public void Embed(
        IReadOnlyList<string> texts, Prompt prompt, int dimensions, Span<float> destination,
        Span<TextReport> reports = default, IProgress<int>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        BatchRunner runner = _calls.RunnerOf(dimensions);
        ModelCalls.CheckDestination(texts.Count, dimensions, destination);
        _calls.Run(
            new TextInputs(texts, prompt), new DenseRows(destination, dimensions), reports, progress,
            cancellationToken, runner);
    }

    /// <summary>The last layer that was loaded.</summary>
    internal int LastLayer => _model.Layers.Last;

    /// <summary>Texts as the model will see them, for a later call.</summary>
    internal EncodedInput[] Encode(
        IReadOnlyList<string> texts, Prompt prompt, Truncation truncation, CancellationToken cancellation) =>
        _calls.Encode(new TextInputs(texts, prompt), truncation, cancellation);

    /// <summary>Token sequences as the model will see them.</summary>
    internal EncodedInput[] Encode(
        IReadOnlyList<TokenSequence> sequences, Truncation truncation, CancellationToken cancellation) =>
        _calls.Encode(new SequenceInputs(sequences), truncation, cancellation);

    /// <summary>
    /// Vectors of what was encoded, scaled to length one or not; null: as the model says.
    /// </summary>
    internal void Embed(
        IReadOnlyList<EncodedInput> inputs, int dimensions, bool? normalize, Span<float> destination,
        CancellationToken cancellation)
    {
        BatchRunner runner = _calls.RunnerOf(dimensions, normalize);
        ModelCalls.CheckDestination(inputs.Count, dimensions, destination);
        _calls.Run(
            new EncodedInputs(inputs), new DenseRows(destination, dimensions), default, null, cancellation, runner);
    }

    /// <summary>
    /// Writes the vectors of token sequences, used as given, to <paramref name="destination"/>; needs no tokenizer.
    /// </summary>
    /// <inheritdoc cref="Embed(IReadOnlyList{string}, Span{float}, Span{TextReport}, IProgress{int}?,
    /// CancellationToken)"/>
    /// <exception cref="InvalidTokensException">A sequence is empty, or an id does not fit the model.</exception>
    public void EmbedTokens(
        IReadOnlyList<TokenSequence> sequences, Span<float> destination, Span<TextReport> reports = default,
        IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        EmbedAll(new SequenceInputs(sequences), destination, reports, progress, cancellationToken);
    }

    /// <summary>
    /// Writes a hidden state of every token to <paramref name="destination"/> [tokens, hidden size]: the state before
    /// the first layer for 0, the output of layer k for k. Later layers are not run.
    /// </summary>
    /// <exception cref="UnsupportedRequestException">The model was not loaded with this layer.</exception>
    /// <exception cref="TextTooLongException">The sequence is longer than <see cref="MaxTokens"/>.</exception>
    public void HiddenStates(TokenSequence sequence, int layer, Span<float> destination)
    {
        int tokens = sequence.Ids.Length;
        if (layer < 0 || layer > _model.Layers.Last)
        {
            throw new UnsupportedRequestException(
                $"layer {layer} was asked for; this model was loaded with layers 0 to {_model.Layers.Last}.");
        }
        if (tokens <= MaxTokens)
            ModelCalls.CheckDestination(tokens, _model.Card.HiddenSize, destination);
        _calls.RunSequence(
            sequence, (runner, session, states) =>
                runner.RunHidden(session, new LayerSelection(layer), states), destination);
    }

    /// <summary>
    /// Frees the weights and the working memory, at once or when the calls in flight have come to their end.
    /// </summary>
    public void Dispose() => _calls.Dispose();

    private static EmbeddingModel Load(string path, EmbeddingOptions options, Device device) =>
        new(ModelLoading.Load(path, options, device), options.Truncation);

    private void EmbedAll<TInputs>(
        TInputs inputs, Span<float> destination, Span<TextReport> reports, IProgress<int>? progress,
        CancellationToken cancellation)
        where TInputs : struct, ICallInputs
    {
        ModelCalls.CheckDestination(inputs.Count, Dimensions, destination);
        _calls.Run(inputs, new DenseRows(destination, Dimensions), reports, progress, cancellation);
    }

    [UnconditionalSuppressMessage(
        "SingleFile", "IL3000", Justification = "An empty location falls back to the base directory.")]
    private static string FindDefault()
    {
        string beside = Path.Combine(AppContext.BaseDirectory, "weights", "default");
        string? folder = Path.GetDirectoryName(typeof(EmbeddingModel).Assembly.Location);
        return Directory.Exists(beside) || string.IsNullOrEmpty(folder)
            ? beside
            : Path.Combine(folder, "weights", "default");
    }
}
