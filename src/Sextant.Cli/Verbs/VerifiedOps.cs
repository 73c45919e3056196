using Sextant.Backends;
using Sextant.Batches;
using Sextant.Kernels;
using Sextant.Measurement.Cases;
using Sextant.Measurement.Devices;
using Sextant.Measurement.Devices.Ops;
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

    /// <summary>Names of the ops in their variants, as the op catalogue of the benches has them.</summary>
    public static string[] Names { get; } =
        [.. BackendOpCatalog.Ops.SelectMany(op => op.Variants.Select(variant => Name(op, variant)))];

    /// <summary>The product in f32: what precisions have a reference of their own for.</summary>
    public static string Product { get; } =
        BackendOpCatalog.Ops.Where(op => op.Method == nameof(Backend.Linear)).Select(op => Name(op, "f32")).Single();

    /// <summary>Runs one op and returns what it wrote.</summary>
    public float[] Run(string name, Backend backend)
    {
        BackendOp op = BackendOpCatalog.Ops.Single(op => op.Variants.Any(variant => Name(op, variant) == name));
        string variant = op.Variants.Single(variant => Name(op, variant) == name);
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
        switch (op.Method)
        {
            case nameof(Backend.Gather):
                backend.Gather(
                    _batch, Table(backend, Vocabulary, _hidden, 2), 1.5f, null, Table(backend, 128, _hidden, 3), y);
                return Get(backend, y);
            case nameof(Backend.LayerNorm):
                backend.LayerNorm(x, Table(backend, _hidden, 1, 4), Table(backend, _hidden, 1, 5), 1e-12f, y);
                return Get(backend, y);
            case nameof(Backend.RmsNorm):
                backend.RmsNorm(x, Table(backend, 1, _hidden, 6), 1e-6f, x, y);
                return Get(backend, y);
            case nameof(Backend.Rope):
                backend.Rope(_batch, x, size, Table(backend, 128, Math.Max(2, size & ~1), 7));
                return Get(backend, x);
            case nameof(Backend.Gate):
                Tensor gated = Filled(backend, workspace, tokens, 2 * _wide, 8);
                backend.Gate(gated, ActivationCases.Kind(variant));
                return Get(backend, gated.ColumnRange(0, _wide));
            case nameof(Backend.Linear):
                ElementType type = LinearOp.Type(variant);
                Tensor wide = workspace.Take(tokens, _wide);
                backend.Linear(x, Matrix(backend, _wide, _hidden, 9, type), ActivationKind.Gelu, default, wide, scratch);
                backend.Linear(wide, Matrix(backend, _hidden, _wide, 10, type), ActivationKind.Identity, x, x, scratch);
                return Get(backend, x);
            case nameof(Backend.Pool):
                backend.Pool(_batch, x, PoolCases.Kind(variant), false, y);
                return Get(backend, y.RowRange(0, _batch.Sequences));
            case nameof(Backend.Normalize):
                backend.Normalize(x);
                return Get(backend, x);
            case nameof(Backend.Accumulate):
                backend.Copy(Filled(backend, workspace, tokens, _hidden, 12), y);
                backend.Accumulate(x, 3f, y);
                return Get(backend, y);
            case nameof(Backend.Copy):
                backend.Copy(x, y);
                return Get(backend, y);
            case nameof(Backend.Attend):
                var shape = new AttentionShape
                {
                    Heads = _heads,
                    KeyHeads = _heads,
                    HeadSize = size,
                    Scale = 1f / MathF.Sqrt(size),
                    Before = variant == "window" ? 20 : AttentionArguments.Everything,
                    After = variant switch { "window" => 9, "causal" => 0, _ => AttentionArguments.Everything },
                };
                backend.Attend(_batch, Filled(backend, workspace, tokens, 3 * _hidden, 11), shape, null, y, scratch);
                return Get(backend, y);
            default:
                throw new NotSupportedException($"'{name}' is in the op catalogue and is not verified.");
        }
    }

    private static string Name(BackendOp op, string variant) => op.Variants.Count == 1 ? op.Op : $"{op.Op} {variant}";

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
        backend.LoadTable(new HostRows(rows, columns, seed), keep16: false);

    private static Matrix Matrix(Backend backend, int outputs, int inputs, int seed, ElementType type) =>
        backend.LoadMatrix(
            new HostRows(outputs, inputs, seed, 0.1f, type), new HostRows(outputs, 1, seed + 20, 0.1f));

    private static float[] Get(Backend backend, Tensor tensor)
    {
        var values = new float[tensor.Rows * tensor.Columns];
        backend.Download(tensor, values);
        return values;
    }
}
