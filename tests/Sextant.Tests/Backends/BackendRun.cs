using Sextant.Backends;
using Sextant.Batches;
using Sextant.Tensors;

namespace Sextant.Tests.Backends;

/// <summary>One op on one backend: brings tensors there, and the result back.</summary>
internal sealed class BackendRun : IDisposable
{
    private readonly Workspace _workspace;

    public BackendRun(Backend backend, PackedBatch batch, long bytes = 64 << 20)
    {
        Backend = backend;
        Batch = batch;
        _workspace = backend.CreateWorkspace();
        _workspace.Reset(bytes);
    }

    public Backend Backend { get; }

    public PackedBatch Batch { get; }

    public Tensor Take(int rows, int columns) => _workspace.Take(rows, columns);

    public Tensor Scratch(ScratchNeeds needs) => Backend.TakeScratch(_workspace, needs);

    /// <summary>A tensor with these values: rows of a table, picked by their own numbers.</summary>
    public Tensor Put(int rows, int columns, float[] values)
    {
        Tensor tensor = Take(rows, columns);
        var ids = new int[rows];
        for (int i = 0; i < rows; i++)
            ids[i] = i;
        var picks = new PackedBatch();
        picks.Add(ids, default, 0);
        Backend.Gather(picks, Table(rows, columns, values), 1f, null, null, tensor);
        return tensor;
    }

    /// <summary>A tensor that is written before it is read: it holds NaN.</summary>
    public Tensor Poisoned(int rows, int columns)
    {
        var values = new float[rows * columns];
        Array.Fill(values, float.NaN);
        return Put(rows, columns, values);
    }

    public Table Table(int rows, int columns, float[] values) =>
        Backend.LoadTable(new ArrayRows(rows, columns, ElementType.F32, values), false);

    public float[] Get(Tensor tensor)
    {
        var values = new float[tensor.Rows * tensor.Columns];
        Backend.Download(tensor, values);
        return values;
    }

    public void Dispose()
    {
        _workspace.Dispose();
        Backend.Dispose();
    }

    /// <summary>
    /// Sequences of these lengths, with ids below <paramref name="vocabulary"/> and prompts of a token.
    /// </summary>
    public static PackedBatch BatchOf(int[] lengths, int vocabulary)
    {
        var batch = new PackedBatch();
        var random = new Random(3);
        foreach (int length in lengths)
        {
            var ids = new int[length];
            var types = new int[length];
            for (int i = 0; i < length; i++)
                (ids[i], types[i]) = (random.Next(vocabulary), random.Next(2));
            batch.Add(ids, types, length > 1 ? 1 : 0);
        }
        return batch;
    }
}
