using Sextant.Backends;
using Sextant.Batches;
using Sextant.Kernels;
using Sextant.Tensors;

namespace Sextant.Cli.Verbs;

/// <summary>Each op of a backend once, in a model's shapes, on the same numbers everywhere.</summary>
internal sealed class VerifiedOps
{
    private const int Vocabulary = 97;
    private static readonly int[] s_lengths = [1, 2, 31, 33, 64, 100];

    private readonly PackedBatch _batch = new();
    private readonly int _hidden;
    private readonly int _heads;
    private readonly int _wide;

    public VerifiedOps(ModelCard card)
    {
        // A model without layers has no heads; its width is then one head.
        (_hidden, _heads, _wide) = (card.HiddenSize, Math.Max(1, card.Heads), Math.Max(card.IntermediateSize, 1));
        if (_hidden % _heads != 0)
            _heads = 1;
        int next = 0;
        foreach (int length in s_lengths)
        {
            var ids = new int[length];
            for (int i = 0; i < length; i++)
                ids[i] = (next += 31) % Vocabulary;
            _batch.Add(ids, default, length > 1 ? 1 : 0);
        }
    }

    /// <summary>Names of the ops, in order.</summary>
    public static string[] Names { get; } =
        ["gather", "layernorm", "rmsnorm", "rope", "gate", "linear", "attention", "attention, window", "pool",
            "normalize"];

    /// <summary>Runs one op and returns what it wrote.</summary>
    public float[] Run(string op, Backend backend)
    {
        int tokens = _batch.Tokens;
        int size = _hidden / _heads;
        var needs = new ScratchNeeds(s_lengths.Max(), size, 0, Math.Max(_hidden, _wide));
        using Workspace workspace = backend.CreateWorkspace();
        workspace.Reset(
            (3 * Workspace.SizeOf(tokens, _hidden)) + Workspace.SizeOf(tokens, 3 * _hidden)
            + Workspace.SizeOf(tokens, 2 * _wide) + backend.ScratchBytes(needs));
        Tensor x = Filled(backend, workspace, tokens, _hidden, 1);
        Tensor y = workspace.Take(tokens, _hidden);
        Tensor scratch = backend.TakeScratch(workspace, needs);
        switch (op)
        {
            case "gather":
                backend.Gather(
                    _batch, Table(backend, Vocabulary, _hidden, 2), 1.5f, null, Table(backend, 128, _hidden, 3), y);
                return Get(backend, y);
            case "layernorm":
                backend.LayerNorm(x, Column(backend, 4), Column(backend, 5), 1e-12f, y);
                return Get(backend, y);
            case "rmsnorm":
                backend.RmsNorm(x, Table(backend, 1, _hidden, 6), 1e-6f, x, y);
                return Get(backend, y);
            case "rope":
                backend.Rope(_batch, x, size, Table(backend, 128, Math.Max(2, size & ~1), 7));
                return Get(backend, x);
            case "gate":
                Tensor gated = Filled(backend, workspace, tokens, 2 * _wide, 8);
                backend.Gate(gated, ActivationKind.Gelu);
                return Get(backend, gated.ColumnRange(0, _wide));
            case "linear":
                Tensor wide = workspace.Take(tokens, _wide);
                backend.Linear(x, Matrix(backend, _wide, _hidden, 9), ActivationKind.Gelu, default, wide, scratch);
                backend.Linear(wide, Matrix(backend, _hidden, _wide, 10), ActivationKind.Identity, x, x, scratch);
                return Get(backend, x);
            case "pool":
                backend.Pool(_batch, x, PoolKind.Mean, false, y);
                return Get(backend, y.RowRange(0, _batch.Sequences));
            case "normalize":
                backend.Normalize(x);
                return Get(backend, x);
            default:
                var shape = new AttentionShape
                {
                    Heads = _heads,
                    KeyHeads = _heads,
                    HeadSize = size,
                    Scale = 1f / MathF.Sqrt(size),
                    Before = op == "attention" ? AttentionArguments.Everything : 20,
                    After = op == "attention" ? AttentionArguments.Everything : 9,
                };
                backend.Attend(_batch, Filled(backend, workspace, tokens, 3 * _hidden, 11), shape, null, y, scratch);
                return Get(backend, y);
        }
    }

    // Rows of a table, picked by their own numbers: that is how numbers come to a device.
    private static Tensor Filled(Backend backend, Workspace workspace, int rows, int columns, int seed)
    {
        Tensor tensor = workspace.Take(rows, columns);
        var batch = new PackedBatch();
        batch.Add([.. Enumerable.Range(0, rows)], default, 0);
        backend.Gather(batch, Table(backend, rows, columns, seed), 1f, null, null, tensor);
        return tensor;
    }

    private static Table Table(Backend backend, int rows, int columns, int seed) =>
        backend.LoadTable(new RandomRows(rows, columns, seed, 1f), keep16: false);

    private Table Column(Backend backend, int seed) =>
        backend.LoadTable(new RandomRows(_hidden, 1, seed, 1f), keep16: false);

    private static Matrix Matrix(Backend backend, int outputs, int inputs, int seed) => backend.LoadMatrix(
        new RandomRows(outputs, inputs, seed, 0.1f), new RandomRows(outputs, 1, seed + 20, 0.1f));

    private static float[] Get(Backend backend, Tensor tensor)
    {
        var values = new float[tensor.Rows * tensor.Columns];
        backend.Download(tensor, values);
        return values;
    }
}
