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
        session.Sequences.Sort();
        while (true)
        {
            int place = session.Sequences.NextBatch(session.Batch, model.Backend.TokensPerBatch, out int longest);
            if (session.Batch.Sequences == 0)
                return;
            cancellation.ThrowIfCancellationRequested();
            Tensor vectors = RunBatch(session, longest, cancellation);
            for (int s = 0; s < session.Batch.Sequences; s++)
            {
                int index = first + session.Sequences.SequenceAt(place + s);
                Span<float> vector = destination.Slice(index * dimensions, dimensions);
                model.Backend.Download(vectors.RowRange(s, 1), vector);
                if (!IsFinite(vector))
                    throw new NonFiniteEmbeddingException(index);
            }
            progress?.Report(done += session.Batch.Sequences);
        }
    }

    /// <summary>Writes one hidden state of the session's only sequence.</summary>
    public void RunHidden(EmbeddingSession session, LayerSelection layers, Span<float> destination)
    {
        session.Sequences.Sort();
        session.Sequences.NextBatch(session.Batch, int.MaxValue, out int longest);
        session.Workspace.Reset(model.Trunk.WorkspaceBytes(model.Backend, longest, longest, layers));
        Tensor hidden = model.Trunk.Run(model.Backend, session.Batch, longest, session.Workspace, layers);
        model.Backend.Download(hidden, destination);
    }

    private Tensor RunBatch(EmbeddingSession session, int longest, CancellationToken cancellation)
    {
        (Trunk trunk, int inputs) = (model.Trunk, model.Head.LargestInputs);
        session.Workspace.Reset(
            trunk.WorkspaceBytes(model.Backend, session.Batch.Tokens, longest, model.Layers)
            + model.Head.WorkspaceBytes(session.Batch.Sequences)
            + model.Backend.ScratchBytes(1, 1, inputs));
        Tensor hidden = trunk.Run(model.Backend, session.Batch, longest, session.Workspace, model.Layers, cancellation);
        Tensor scratch = model.Backend.TakeScratch(session.Workspace, 1, 1, inputs);
        return model.Head.Run(model.Backend, session.Batch, hidden, session.Workspace, scratch);
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
