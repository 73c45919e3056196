using Sextant.Backends;
using Sextant.Batches;
using Sextant.Tensors;

namespace Sextant.Measurement.Devices;

/// <summary>A case's inputs in a backend's memory.</summary>
internal sealed class Placement
{
    private readonly Backend _backend;
    private readonly Workspace _workspace;
    private readonly int _copies;
    private Tensor[] _turns = [];
    private Tensor _source;
    private int _turn;

    /// <summary>Makes room for a case's tensors.</summary>
    public Placement(BackendCase one, Backend backend, Workspace workspace, int copies)
    {
        (_backend, _workspace, _copies) = (backend, workspace, copies);
        const long Rounding = 32 * 64;
        workspace.Reset(
            (one.TensorElements + copies * one.ElementsInPlace) * sizeof(float) + backend.ScratchBytes(one.Scratch)
            + Rounding + 64L * copies);
        Scratch = backend.TakeScratch(workspace, one.Scratch);
    }

    /// <summary>The backend.</summary>
    public Backend Backend => _backend;

    /// <summary>What the op works in.</summary>
    public Tensor Scratch { get; }

    /// <summary>What the op writes.</summary>
    public Tensor Output => _turns.Length > 0 ? _turns[0] : _output;

    /// <summary>Whether the op overwrites its input.</summary>
    public bool IsInPlace => _turns.Length > 0;

    /// <summary>The input that the next run overwrites.</summary>
    public Tensor Turn => _turns[_turn];

    private Tensor _output;

    /// <summary>Rows as a tensor.</summary>
    public Tensor Tensor(HostRows rows) => Fill(_workspace.Take(rows.Rows, rows.Columns), rows);

    /// <summary>The tensor that the op writes.</summary>
    public Tensor Result(int rows, int columns) => _output = _workspace.Take(rows, columns);

    /// <summary>Rows that the op overwrites: as many copies as there are runs between two refreshes.</summary>
    public void InPlace(HostRows rows)
    {
        _source = Tensor(rows);
        _turns = new Tensor[_copies];
        for (int i = 0; i < _copies; i++)
            _turns[i] = _workspace.Take(rows.Rows, rows.Columns);
    }

    /// <summary>Rows as a table.</summary>
    public Table Table(HostRows rows) => _backend.LoadTable(rows, keep16: false);

    /// <summary>Sequences of equal length whose ids count on.</summary>
    public static PackedBatch Batch(int sequences, int tokens, int vocabulary, int typeIds = 1)
    {
        var batch = new PackedBatch();
        var random = new Random(8);
        for (int s = 0; s < sequences; s++)
        {
            int[] ids = [.. Enumerable.Range(0, tokens).Select(_ => random.Next(vocabulary))];
            int[] types = [.. Enumerable.Range(0, tokens).Select(token => token % typeIds)];
            batch.Add(ids, types, 0);
        }
        return batch;
    }

    /// <summary>Goes on to the next copy.</summary>
    public void Next() => _turn = _turn + 1 >= _turns.Length ? 0 : _turn + 1;

    /// <summary>Brings what runs have overwritten back.</summary>
    public void Refresh()
    {
        foreach (Tensor turn in _turns)
            _backend.Copy(_source, turn);
        _turn = 0;
    }

    /// <summary>
    /// Fills the output with NaNs, which no op may leave; one that overwrites its input would compute with them.
    /// </summary>
    public void Poison()
    {
        if (!IsInPlace)
            Fill(Output, HostRows.Of(Output.Rows, Output.Columns, float.NaN));
    }

    // Rows of a table, picked by their own numbers: that is how numbers come to a device.
    private Tensor Fill(Tensor tensor, HostRows rows)
    {
        var batch = new PackedBatch();
        batch.Add([.. Enumerable.Range(0, rows.Rows)], default, 0);
        _backend.Gather(batch, Table(rows), 1f, null, null, tensor);
        return tensor;
    }
}
