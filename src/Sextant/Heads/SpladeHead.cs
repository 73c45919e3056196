using Sextant.Backends;
using Sextant.Batches;
using Sextant.Kernels;
using Sextant.Pooling;
using Sextant.Tensors;

namespace Sextant.Heads;

/// <summary>
/// The largest score of each token of the vocabulary over a sequence's tokens: what SPLADE's pooling takes the
/// logarithm of.
/// </summary>
/// <remarks>
/// Scores of a block of rows at a time, so that memory does not grow as tokens × vocabulary: whole sequences as far as
/// they fit in a block; a longer one block by block, the maximum so far being its first row. A maximum does not depend
/// on where the borders lie.
/// </remarks>
/// <param name="head">The masked-language head.</param>
/// <param name="blockRows">Rows of a block, which change no bit; null: as many as serve best.</param>
internal sealed class SpladeHead(TokenHead head, int? blockRows = null) : OutputHead
{
    private const int BlockElements = 4 << 20;

    // Rows of a block: enough to hide the reading of the last matrix where the vocabulary is not huge.
    private readonly int _rows = blockRows ?? Math.Clamp(BlockElements / head.Outputs, 16, 256);

    public override int Dimensions => head.Outputs;

    public override int LargestInputs => head.Inputs;

    public override int MaxSequences => Math.Max(16, BlockElements / head.Outputs);

    public override long WorkspaceBytes(Backend backend, PackedBatch batch) =>
        Workspace.SizeOf(batch.Sequences, head.Outputs) + Workspace.SizeOf(_rows + 1, head.Outputs)
        + Workspace.SizeOf(_rows, head.Inputs);

    public override Tensor Run(Backend backend, PackedBatch batch, Tensor hidden, Workspace workspace, Tensor scratch)
    {
        Tensor maxima = workspace.Take(batch.Sequences, head.Outputs);
        Tensor block = workspace.Take(_rows + 1, head.Outputs);
        Tensor memory = workspace.Take(_rows, head.Inputs);
        PackedBatch pieces = batch.Parts;
        for (int first = 0; first < batch.Sequences;)
        {
            int start = batch.Starts[first];
            int next = first + 1;
            while (next < batch.Sequences && batch.Starts[next + 1] - start <= _rows)
                next++;
            int tokens = batch.Starts[next] - start;
            if (tokens <= _rows)
            {
                Tensor scores = block.RowRange(0, tokens);
                head.Run(backend, hidden.RowRange(start, tokens), scores, memory, scratch);
                pieces.Clear();
                for (int s = first; s < next; s++)
                    pieces.Add(batch.Ids[batch.Starts[s]..batch.Starts[s + 1]], default, skip: 0);
                backend.Pool(pieces, scores, PoolKind.Max, skipPrompt: false, maxima.RowRange(first, next - first));
            }
            else
            {
                RunLong(backend, batch, first, hidden, maxima.RowRange(first, 1), block, memory, scratch);
            }
            first = next;
        }
        return maxima;
    }

    private void RunLong(
        Backend backend, PackedBatch batch, int sequence, Tensor hidden, Tensor maximum, Tensor block, Tensor memory,
        Tensor scratch)
    {
        (int start, int end) = (batch.Starts[sequence], batch.Starts[sequence + 1]);
        PackedBatch piece = batch.Parts;
        for (int at = start; at < end; at += _rows)
        {
            int count = Math.Min(_rows, end - at);
            int before = at == start ? 0 : 1;
            head.Run(backend, hidden.RowRange(at, count), block.RowRange(before, count), memory, scratch);
            if (before > 0)
                backend.Copy(maximum, block.RowRange(0, 1));
            // The ids stand for nothing here but the number of rows.
            piece.Clear();
            piece.Add(batch.Ids.Slice(at - before, count + before), default, skip: 0);
            backend.Pool(piece, block.RowRange(0, count + before), PoolKind.Max, skipPrompt: false, maximum);
        }
    }
}
