using System.Collections.Concurrent;
using Sextant.Models;
using Sextant.Pooling;
using Sextant.Runtime;
using Sextant.Tokens;

namespace Sextant;

/// <summary>Calls on a loaded model: inputs in windows, batches by length, rows handed on.</summary>
/// <remarks>Thread-safe: each call in flight has its own session, which is kept for the next.</remarks>
internal sealed class ModelCalls : IDisposable
{
    private readonly LoadedModel _model;
    private ModelCard? _card;
    private readonly CallsInFlight _calls;
    private readonly InputReader _reader;
    private readonly BatchRunner _runner;
    private readonly SessionPool _sessions;
    private readonly ConcurrentDictionary<(int Dimensions, bool? Normalize), BatchRunner> _others = new();

    /// <param name="model">Owned from now on.</param>
    /// <param name="truncation">What to do with inputs that are too long.</param>
    /// <param name="name">The public type that calls are made on.</param>
    public ModelCalls(LoadedModel model, Truncation truncation, string name)
    {
        _model = model;
        _reader = new InputReader(model, truncation);
        _runner = new BatchRunner(model);
        _sessions = new SessionPool(model.Backend);
        _calls = new CallsInFlight(name, Free);
    }

    /// <summary>The tokenizer in the model's folder, loaded on first use.</summary>
    public Tokenizer Tokenizer => _reader.Tokenizer;

    /// <summary>What reads texts as the model's files say.</summary>
    public InputReader Reader => _reader;

    /// <summary>What was loaded, the tokenizer's notes included, which is loaded for them.</summary>
    public ModelCard Card => _card ??= _model.Card with { Notes = [.. _model.Card.Notes, .. TokenizerNotes()] };

    /// <summary>One text; allocates nothing.</summary>
    public TextReport RunText<TSink>(
        ReadOnlySpan<char> text, Prompt prompt, TSink sink, CancellationToken cancellation)
        where TSink : struct, IRowSink, allows ref struct
    {
        using CallsInFlight.Call call = _calls.Enter();
        using FloatEnvironment.Standard standard = FloatEnvironment.Enter();
        EmbeddingSession session = _sessions.Rent();
        try
        {
            session.Sequences.Clear();
            TextReport report = _reader.AddText(session, _reader.Prepare(session, prompt), text, 0);
            _runner.Run(session, 0, sink, null, cancellation);
            return report;
        }
        finally
        {
            _sessions.Return(session);
        }
    }

    /// <summary>
    /// All inputs, in windows: enough to sort by length, few enough that memory does not grow with their number.
    /// </summary>
    public void Run<TInputs, TSink>(
        TInputs inputs, TSink sink, Span<TextReport> reports, IProgress<int>? progress, CancellationToken cancellation,
        BatchRunner? runner = null)
        where TInputs : struct, ICallInputs
        where TSink : struct, IRowSink, allows ref struct
    {
        using CallsInFlight.Call call = _calls.Enter();
        using FloatEnvironment.Standard standard = FloatEnvironment.Enter();
        if (!reports.IsEmpty && reports.Length < inputs.Count)
            throw new ArgumentException(
                $"{inputs.Count} reports are needed; there are {reports.Length}.", nameof(reports));
        EmbeddingSession session = _sessions.Rent();
        try
        {
            inputs.Begin(_reader, session);
            for (int first = 0; first < inputs.Count; first += session.Sequences.Count)
            {
                session.Sequences.Clear();
                for (int i = first; i < inputs.Count && !BatchRunner.IsFull(session); i++)
                {
                    cancellation.ThrowIfCancellationRequested();
                    TextReport report = inputs.Add(_reader, session, i);
                    if (!reports.IsEmpty)
                        reports[i] = report;
                }
                (runner ?? _runner).Run(session, first, sink, progress, cancellation);
            }
        }
        finally
        {
            _sessions.Return(session);
        }
    }

    /// <summary>Inputs as the model will see them, for a later call.</summary>
    /// <exception cref="TextTooLongException">
    /// An input is too long and the policy is <see cref="Truncation.Error"/>.
    /// </exception>
    public EncodedInput[] Encode<TInputs>(TInputs inputs, Truncation truncation, CancellationToken cancellation)
        where TInputs : struct, ICallInputs
    {
        using CallsInFlight.Call call = _calls.Enter();
        InputReader reader = _reader.With(truncation);
        EmbeddingSession session = _sessions.Rent();
        try
        {
            inputs.Begin(reader, session);
            var encoded = new EncodedInput[inputs.Count];
            for (int i = 0; i < encoded.Length; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                session.Sequences.Clear();
                TextReport report = inputs.Add(reader, session, i);
                (int[] ids, int[] types, int skip) = session.Sequences.CopyOf(0);
                encoded[i] = new EncodedInput(ids, types, skip, report);
            }
            return encoded;
        }
        finally
        {
            _sessions.Return(session);
        }
    }

    /// <summary>
    /// What runs batches to vectors of a length, and of length one or not (null: as the model says), that may differ
    /// from call to call.
    /// </summary>
    /// <exception cref="UnsupportedRequestException">The vectors are not so long.</exception>
    public BatchRunner RunnerOf(int dimensions, bool? normalize = null)
    {
        if (dimensions == _model.Head.Dimensions && (normalize ?? _model.Card.Normalized) == _model.Card.Normalized)
            return _runner;
        if (_others.TryGetValue((dimensions, normalize), out BatchRunner? known))
            return known;
        EmbeddingHead head = ((EmbeddingHead)_model.Head).With(dimensions, normalize);
        return _others.GetOrAdd((dimensions, normalize), new BatchRunner(_model with { Head = head }));
    }

    /// <summary>Work on one token sequence with a session of its own.</summary>
    public void RunSequence(TokenSequence sequence, SessionWork work, Span<float> destination)
    {
        using CallsInFlight.Call call = _calls.Enter();
        using FloatEnvironment.Standard standard = FloatEnvironment.Enter();
        if (sequence.Ids.Length > _model.Card.MaxTokens)
            throw new TextTooLongException(0, sequence.Ids.Length, _model.Card.MaxTokens);
        EmbeddingSession session = _sessions.Rent();
        try
        {
            session.Sequences.Clear();
            _reader.AddTokens(session, sequence, 0);
            work(_runner, session, destination);
        }
        finally
        {
            _sessions.Return(session);
        }
    }

    /// <summary>Throws where the destination of a call is too short.</summary>
    public static void CheckDestination(int count, int columns, Span<float> destination)
    {
        if (destination.Length < (long)count * columns)
        {
            throw new ArgumentException(
                $"{count} × {columns} elements are needed; there are {destination.Length}.", nameof(destination));
        }
    }

    /// <summary>
    /// Frees the weights and the working memory, at once or when the calls in flight have come to their end.
    /// </summary>
    public void Dispose() => _calls.Dispose();

    // A folder without a tokenizer, or with one that cannot be read, still takes token ids.
    private IReadOnlyList<string> TokenizerNotes()
    {
        try
        {
            return Tokenizer.ExistsIn(_model.TokenizerFolder) ? Tokenizer.Notes : [];
        }
        catch (SextantException error)
        {
            return [$"The tokenizer cannot be used: {error.Message}"];
        }
    }

    private void Free()
    {
        _sessions.Dispose();
        _model.Backend.Dispose();
    }
}

/// <summary>Work on a session that holds one sequence.</summary>
internal delegate void SessionWork(BatchRunner runner, EmbeddingSession session, Span<float> destination);
