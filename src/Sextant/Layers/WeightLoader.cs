using Sextant.Backends;
using Sextant.Tensors;
using Sextant.Weights;

namespace Sextant.Layers;

/// <summary>Finds a model's tensors under their names, checks their shapes and puts them into a backend.</summary>
/// <param name="checkpoint">Where the tensors are.</param>
/// <param name="backend">Where they go.</param>
/// <param name="prefix">Put before each name.</param>
/// <param name="because">Who needs a shape, for messages: "bert with hidden_size 384".</param>
internal sealed class WeightLoader(Checkpoint checkpoint, Backend backend, string prefix, string because)
{
    private readonly HashSet<string> _used = [];

    public Backend Backend => backend;

    /// <summary>What is put before each name.</summary>
    public string Prefix => prefix;

    /// <summary>Elements of all tensors that were asked for.</summary>
    public long Parameters { get; private set; }

    /// <summary>The names of all tensors that were asked for.</summary>
    public IReadOnlySet<string> Used => _used;

    /// <summary>Whether the checkpoint has a tensor.</summary>
    public bool Has(string name) => checkpoint.TryFind(prefix + name, out _);

    /// <summary>Rows of one or several tensors [each outputs/parts, inputs], one below the other.</summary>
    public IRowSource Rows(int outputs, int inputs, params ReadOnlySpan<string> names)
    {
        Span<int> parts = stackalloc int[names.Length];
        parts.Fill(outputs / names.Length);
        return Rows(parts, inputs, names);
    }

    /// <summary>Rows of several tensors [part, inputs], one below the other.</summary>
    public IRowSource Rows(ReadOnlySpan<int> parts, int inputs, params ReadOnlySpan<string> names)
    {
        var tensors = new TensorInfo[names.Length];
        var bytes = new ByteTensor[names.Length];
        int quantized = 0;
        for (int i = 0; i < names.Length; i++)
        {
            tensors[i] = Require(names[i], parts[i], inputs);
            if (IsBytes(tensors[i]))
                bytes[quantized++] = Bytes(tensors[i]);
        }
        if (quantized == 0)
            return new StackedRows(checkpoint, tensors);
        if (quantized == names.Length)
            return new StackedByteRows(checkpoint, bytes);
        TensorInfo other = Array.Find(tensors, tensor => !IsBytes(tensor))!;
        throw new InvalidModelException(other.File,
            $"{MessageText.Quote(other.Name)} holds {other.Dtype} numbers, others of the same matrix hold bytes; "
            + $"{because} needs all of it in one form.");
    }

    /// <summary>
    /// One or several vectors of <paramref name="length"/> in all, as a stack of rows of one element.
    /// </summary>
    public StackedRows Column(int length, params ReadOnlySpan<string> names)
    {
        Span<int> parts = stackalloc int[names.Length];
        parts.Fill(length / names.Length);
        return Column(parts, names);
    }

    /// <summary>Several vectors [part] as a stack of rows of one element.</summary>
    public StackedRows Column(ReadOnlySpan<int> parts, params ReadOnlySpan<string> names)
    {
        var tensors = new TensorInfo[names.Length];
        for (int i = 0; i < names.Length; i++)
            tensors[i] = Require(names[i], parts[i]);
        return new StackedRows(checkpoint, tensors);
    }

    /// <summary>A table [rows, columns].</summary>
    public Table Table(int rows, int columns, string name, bool keep16) =>
        backend.LoadTable(Rows(rows, columns, name), keep16);

    /// <summary>A table [rows, columns] of values that are computed.</summary>
    public Table Table(int rows, int columns, ComputeRows compute) =>
        backend.LoadTable(new ComputedRows(rows, columns, compute), keep16: false);

    /// <summary>A vector of <paramref name="length"/> as one row.</summary>
    public Table Vector(int length, string name) => Vector(Column(length, name), length);

    /// <summary>A norm's weights under today's names or the first releases' (gamma, beta).</summary>
    public Norm Norm(int length, string name, NormKind kind, float epsilon)
    {
        bool old = kind == NormKind.Layer && Has(name + ".gamma");
        StackedRows weight = Column(length, name + (old ? ".gamma" : ".weight"));
        Table gamma = kind == NormKind.RmsFromOne
            ? Table(1, length, (row, values) => AddOne(weight, values))
            : Vector(weight, length);
        Table? beta = kind switch
        {
            NormKind.Layer => Vector(Column(length, name + (old ? ".beta" : ".bias")), length),
            NormKind.LayerWithoutBias => Table(1, length, (row, values) => values.Clear()),
            _ => null,
        };
        return new Norm(gamma, beta, epsilon);
    }

    // One row, so that a table's columns are the vector's length.
    private Table Vector(StackedRows column, int length) => Table(1, length, (row, values) => column.Read(0, values));

    private static void AddOne(StackedRows weight, Span<float> values)
    {
        weight.Read(0, values);
        for (int i = 0; i < values.Length; i++)
            values[i] += 1f;
    }

    private TensorInfo Require(string name, params ReadOnlySpan<long> shape)
    {
        TensorInfo tensor = checkpoint.Require(prefix + name, shape, because);
        // Integers are what another program quantised weights to; without its scales they are nothing.
        if (tensor.ElementType is not (ElementType.F32 or ElementType.F16 or ElementType.BF16 or ElementType.F64)
            && !(IsBytes(tensor) && shape.Length == 2))
        {
            throw new InvalidModelException(tensor.File,
                $"{MessageText.Quote(tensor.Name)} holds {tensor.Dtype} numbers; {because} needs F32, F16, BF16 "
                + "or F64: bytes without a quantization_config that is read here are nothing.");
        }
        if (_used.Add(tensor.Name))
            Parameters += tensor.Elements;
        return tensor;
    }

    private bool IsBytes(TensorInfo tensor) => checkpoint.Quantization is not null && tensor.ElementType == ElementType.I8;

    private ByteTensor Bytes(TensorInfo tensor)
    {
        string scale = QuantizationScheme.ScaleOf(tensor.Name), inverse = QuantizationScheme.InverseOf(tensor.Name);
        bool isVector = checkpoint.TryFind(scale, out TensorInfo? found) && found.Shape.Length == 1;
        TensorInfo scales = checkpoint.Require(scale, isVector ? [tensor.Rows] : [tensor.Rows, 1], because);
        TensorInfo? factors = null;
        if (checkpoint.Quantization!.HasInverse && checkpoint.TryFind(inverse, out _))
            factors = checkpoint.Require(inverse, [tensor.RowLength], because);
        _used.Add(scale);
        if (factors is not null)
            _used.Add(inverse);
        return new ByteTensor(tensor, scales, factors);
    }
}
