using Sextant.Backends;
using Sextant.Heads;
using Sextant.Kernels;
using Sextant.Models;
using Sextant.Tensors;

namespace Sextant;

/// <summary>A session's sequences to vectors: batches, backbone, head, and the rows back in the order given.</summary>
/// <remarks>Thread-safe; each call brings its session.</remarks>
internal sealed class BatchRunner(LoadedModel model)
{
    private const int TokensPerWindow = 64 * 1024;
    private const int TextsPerWindow = 4096;

    /// <summary>Whether a session has as many sequences as are worth sorting together.</summary>
    public static bool IsFull(EmbeddingSession session) =>
        session.Sequences.Tokens >= TokensPerWindow || session.Sequences.Count >= TextsPerWindow;

    /// <summary>
    /// Hands on the rows of the session's sequences, the first of which is number <paramref name="first"/>.
    /// </summary>
    public void Run<TSink>(
        EmbeddingSession session, int first, TSink sink, IProgress<int>? progress, CancellationToken cancellation)
        where TSink : struct, IRowSink, allows ref struct
    {
        int dimensions = model.Head.Dimensions;
        int done = first;
        int budget = model.Backend.TokensPerBatch;
        for (int i = 0; i < session.Sequences.Count; i++)
        {
            if (session.Sequences.LengthOf(i) > 0)
                continue;
            sink.TakeEmpty(first + i);
            done++;
        }
        session.Batch.PaddingId = model.Backbone.Shape.PaddingId;
        session.Sequences.Sort();
        while (true)
        {
            int position = session.Sequences.NextBatch(session.Batch, budget, out int longest, model.Head.MaxSequences);
            int count = session.Batch.Sequences;
            if (count == 0)
                return;
            cancellation.ThrowIfCancellationRequested();
            bool perToken = model.Head.IsPerToken;
            Span<float> vectors = session.Vectors(
                checked((perToken ? session.Batch.Tokens : count) * dimensions));
            try
            {
                model.Backend.Download(RunBatch(session, longest, cancellation), vectors);
            }
            catch (DeviceException problem) when (problem.Kind == DeviceErrorKind.OutOfMemory && count > 1)
            {
                // The same texts in smaller batches have the same bits.
                budget = session.Batch.Tokens / 2;
                session.Sequences.GoBackTo(position);
                continue;
            }
            catch (DeviceException problem) when (problem.Kind == DeviceErrorKind.OutOfMemory)
            {
                throw TooLarge(session, first + session.Sequences.SequenceAt(position), longest, problem);
            }
            for (int s = 0; s < count; s++)
            {
                int index = first + session.Sequences.SequenceAt(position + s);
                (int start, int end) = (session.Batch.Starts[s], session.Batch.Starts[s + 1]);
                ReadOnlySpan<float> rows = perToken
                    ? vectors[(start * dimensions)..(end * dimensions)]
                    : vectors.Slice(s * dimensions, dimensions);
                if (!IsFinite(rows))
                    throw new NonFiniteEmbeddingException(index);
                sink.Take(index, session.Batch.Ids[start..end], rows);
            }
            progress?.Report(done += count);
        }
    }

    /// <summary>Writes one hidden state of the session's only sequence.</summary>
    public void RunHidden(EmbeddingSession session, LayerSelection layers, Span<float> destination)
    {
        session.Batch.PaddingId = model.Backbone.Shape.PaddingId;
        session.Sequences.Sort();
        session.Sequences.NextBatch(session.Batch, int.MaxValue, out int longest);
        session.Workspace.Reset(model.Backbone.WorkspaceBytes(model.Backend, longest, longest, layers));
        Tensor hidden = model.Backbone.Run(model.Backend, session.Batch, longest, session.Workspace, layers);
        model.Backend.Download(hidden, destination);
    }

    /// <summary>
    /// Writes a head's scores of every token of the session's only sequence, a block of rows at a time.
    /// </summary>
    public void RunTokens(EmbeddingSession session, TokenHead head, Span<float> destination) =>
        RunTokens(session, head, destination, null);

    /// <summary>Hands the same to <paramref name="take"/>, block by block in the order of the tokens.</summary>
    public void RunTokens(EmbeddingSession session, TokenHead head, TokenRows take) =>
        RunTokens(session, head, default, take);

    private void RunTokens(EmbeddingSession session, TokenHead head, Span<float> destination, TokenRows? take)
    {
        session.Batch.PaddingId = model.Backbone.Shape.PaddingId;
        session.Sequences.Sort();
        session.Sequences.NextBatch(session.Batch, int.MaxValue, out int longest);
        int rows = Math.Min(longest, 64);
        var needs = new ScratchNeeds(1, 1, 0, head.Inputs);
        session.Workspace.Reset(
            model.Backbone.WorkspaceBytes(model.Backend, longest, longest, model.Layers)
                + model.Backend.ScratchBytes(needs)
            + Workspace.SizeOf(rows, head.Inputs) + Workspace.SizeOf(rows, head.Outputs));
        Tensor hidden = model.Backbone.Run(model.Backend, session.Batch, longest, session.Workspace, model.Layers);
        Tensor scratch = model.Backend.TakeScratch(session.Workspace, needs);
        Tensor memory = session.Workspace.Take(rows, head.Inputs);
        Tensor scores = session.Workspace.Take(rows, head.Outputs);
        for (int first = 0; first < longest; first += rows)
        {
            int count = Math.Min(rows, longest - first);
            head.Run(model.Backend, hidden.RowRange(first, count), scores.RowRange(0, count), memory, scratch);
            Span<float> to = take is null
                ? destination.Slice(first * head.Outputs, count * head.Outputs)
                : session.Vectors(count * head.Outputs);
            model.Backend.Download(scores.RowRange(0, count), to);
            take?.Invoke(to);
        }
    }

    private Tensor RunBatch(EmbeddingSession session, int longest, CancellationToken cancellation)
    {
        (Backbone backbone, int inputs) = (model.Backbone, model.Head.LargestInputs);
        using CallCancellation work = CallCancellation.Enter(cancellation);
        session.Workspace.Reset(WorkspaceBytes(session, longest));
        Tensor hidden = backbone.Run(
            model.Backend, session.Batch, longest, session.Workspace, model.Layers, cancellation);
        Tensor scratch = model.Backend.TakeScratch(session.Workspace, new ScratchNeeds(1, 1, 0, inputs));
        Tensor vectors = model.Head.Run(model.Backend, session.Batch, hidden, session.Workspace, scratch);
        cancellation.ThrowIfCancellationRequested(); // what was dropped meanwhile is no result
        return vectors;
    }

    private long WorkspaceBytes(EmbeddingSession session, int longest) =>
        model.Backbone.WorkspaceBytes(
            model.Backend, session.Batch.Tokens, longest, model.Layers, session.Batch.Unseen)
        + model.Head.WorkspaceBytes(model.Backend, session.Batch)
        + model.Backend.ScratchBytes(new ScratchNeeds(1, 1, 0, model.Head.LargestInputs));

    private DeviceException TooLarge(
        EmbeddingSession session, int index, int tokens, DeviceException problem)
    {
        long needed = WorkspaceBytes(session, tokens);
        return DeviceException.OutOfMemory(
            problem.Device,
            FormattableString.Invariant(
                $"text {index} alone has {tokens} tokens and needs {needed >> 20} MiB beside the ")
            + FormattableString.Invariant(
                $"{model.Backend.WeightBytes >> 20} MiB of weights, which the device does not have. ")
            + "Cut it (MaxTokens), free memory on the device, or use another one.",
            needed, problem);
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
}

/// <summary>Takes rows of tokens, which are valid during the call only.</summary>
internal delegate void TokenRows(ReadOnlySpan<float> rows);
