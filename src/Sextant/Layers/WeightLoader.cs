using Sextant.Backends;
using Sextant.Weights;

namespace Sextant.Layers;

/// <summary>Finds a model's tensors under their names, checks their shapes and puts them into a backend.</summary>
/// <param name="checkpoint">Where the tensors are.</param>
/// <param name="backend">Where they go.</param>
/// <param name="prefix">Put before each name.</param>
/// <param name="because">Who needs a shape, for messages: "bert with hidden_size 384".</param>
internal sealed class WeightLoader(Checkpoint checkpoint, Backend backend, string prefix, string because)
{
    public Backend Backend => backend;

    /// <summary>Elements of all tensors that were asked for.</summary>
    public long Parameters { get; private set; }

    /// <summary>Rows of one or several tensors [each outputs/parts, inputs], one below the other.</summary>
    public StackedRows Rows(int outputs, int inputs, params ReadOnlySpan<string> names)
    {
        var tensors = new TensorInfo[names.Length];
        for (int i = 0; i < names.Length; i++)
            tensors[i] = Require(names[i], outputs / names.Length, inputs);
        return new StackedRows(checkpoint, tensors);
    }

    /// <summary>One or several vectors of <paramref name="length"/> in all, as a stack of rows of one element.</summary>
    public StackedRows Column(int length, params ReadOnlySpan<string> names)
    {
        var tensors = new TensorInfo[names.Length];
        for (int i = 0; i < names.Length; i++)
            tensors[i] = Require(names[i], length / names.Length);
        return new StackedRows(checkpoint, tensors);
    }

    /// <summary>A table [rows, columns].</summary>
    public Table Table(int rows, int columns, string name, bool keep16) =>
        backend.LoadTable(Rows(rows, columns, name), keep16);

    /// <summary>LayerNorm weights under today's names or the first releases' (gamma, beta).</summary>
    public Norm Norm(int length, string name, float epsilon)
    {
        bool old = checkpoint.TryFind($"{prefix}{name}.gamma", out _);
        Table gamma = backend.LoadTable(Column(length, name + (old ? ".gamma" : ".weight")), keep16: false);
        Table beta = backend.LoadTable(Column(length, name + (old ? ".beta" : ".bias")), keep16: false);
        return new Norm(gamma, beta, epsilon);
    }

    private TensorInfo Require(string name, params ReadOnlySpan<long> shape)
    {
        TensorInfo tensor = checkpoint.Require(prefix + name, shape, because);
        Parameters += tensor.Elements;
        return tensor;
    }
}
