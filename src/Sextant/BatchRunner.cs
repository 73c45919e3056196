using Sextant.Backends;
using Sextant.Models;
using Sextant.Tensors;

namespace Sextant;

/// <summary>A session's sequences to vectors: batches, trunk, head, and the rows back in the order given.</summary>
/// <remarks>Thread-safe; each call brings its session.</remarks>
internal sealed class BatchRunner(LoadedModel model)
{
    private const int TokensPerWindow = 64 * 1024;
    private const int TextsPerWindow = 4096;

    /// <summary>Whether a session has as many sequences as are worth sorting together.</summary>
    public static bool IsFull(EmbeddingSession session) =>
        session.Sequences.Tokens >= TokensPerWindow || session.Sequences.Count >= TextsPerWindow;

    /// <summary>Writes the vectors of the session's sequences to rows first … of <paramref name="destination"/>.</summary>
    public void Run(
        EmbeddingSession session, int first, Span<float> destination, IProgress<int>? progress,
        CancellationToken cancellation)
    {
        int dimensions = model.Head.Dimensions;
        int done = first;
        int budget = model.Backend.TokensPerBatch;
        for (int i = 0; i < session.Sequences.Count; i++)
        {
            if (session.Sequences.LengthOf(i) > 0)
                continue;
            destination.Slice((first + i) * dimensions, dimensions).Clear();
            done++;
        }
        session.Batch.PaddingId = model.Trunk.Shape.PaddingId;
        session.Sequences.Sort();
        while (true)
        {
            int place = session.Sequences.NextBatch(session.Batch, budget, out int longest);
            int count = session.Batch.Sequences;
            if (count == 0)
                return;
            cancellation.ThrowIfCancellationRequested();
            Span<float> vectors = session.Vectors(count * dimensions);
            try
            {
                model.Backend.Download(RunBatch(session, longest, cancellation), vectors);
            }
            catch (DeviceMemoryException) when (count > 1)
            {
                // The same texts in smaller batches have the same bits.
                budget = session.Batch.Tokens / 2;
                session.Sequences.GoBackTo(place);
                continue;
            }
            catch (DeviceMemoryException problem)
            {
                throw TooLarge(session, first + session.Sequences.SequenceAt(place), longest, problem);
            }
            for (int s = 0; s < count; s++)
            {
                int index = first + session.Sequences.SequenceAt(place + s);
                Span<float> vector = destination.Slice(index * dimensions, dimensions);
                vectors.Slice(s * dimensions, dimensions).CopyTo(vector);
                if (!IsFinite(vector))
                    throw new NonFiniteEmbeddingException(index);
            }
            progress?.Report(done += count);
        }
    }

    /// <summary>Writes one hidden state of the session's only sequence.</summary>
    public void RunHidden(EmbeddingSession session, LayerSelection layers, Span<float> destination)
    {
        session.Batch.PaddingId = model.Trunk.Shape.PaddingId;
        session.Sequences.Sort();
        session.Sequences.NextBatch(session.Batch, int.MaxValue, out int longest);
        session.Workspace.Reset(model.Trunk.WorkspaceBytes(model.Backend, longest, longest, layers));
        Tensor hidden = model.Trunk.Run(model.Backend, session.Batch, longest, session.Workspace, layers);
        model.Backend.Download(hidden, destination);
    }

    private Tensor RunBatch(EmbeddingSession session, int longest, CancellationToken cancellation)
    {
        (Trunk trunk, int inputs) = (model.Trunk, model.Head.LargestInputs);
        session.Workspace.Reset(WorkspaceBytes(session, longest));
        Tensor hidden = trunk.Run(model.Backend, session.Batch, longest, session.Workspace, model.Layers, cancellation);
        Tensor scratch = model.Backend.TakeScratch(session.Workspace, new ScratchNeeds(1, 1, 0, inputs));
        return model.Head.Run(model.Backend, session.Batch, hidden, session.Workspace, scratch);
    }

    private long WorkspaceBytes(EmbeddingSession session, int longest) =>
        model.Trunk.WorkspaceBytes(model.Backend, session.Batch.Tokens, longest, model.Layers)
        + model.Head.WorkspaceBytes(session.Batch.Sequences)
        + model.Backend.ScratchBytes(new ScratchNeeds(1, 1, 0, model.Head.LargestInputs));

    private DeviceMemoryException TooLarge(
        EmbeddingSession session, int index, int tokens, DeviceMemoryException problem)
    {
        long needed = WorkspaceBytes(session, tokens);
        return new DeviceMemoryException(
            problem.Device,
            FormattableString.Invariant($"text {index} alone has {tokens} tokens and needs {needed >> 20} MiB beside the ")
            + FormattableString.Invariant($"{model.Backend.WeightBytes >> 20} MiB of weights, which the device does not have. ")
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
