using System.Globalization;
using System.Text.RegularExpressions;
using Sextant.Conversion.Onnx;

namespace Sextant.Conversion;

/// <summary>
/// A BERT encoder in an ONNX graph: its tensors by their names in the original checkpoint, and its config.
/// </summary>
/// <remarks>
/// Exporters keep the names of biases, norms and embeddings, and fold each transposed matrix into a tensor without a
/// name. So the matrix of a linear layer is the one whose product the layer's bias is added to. Heads come from the
/// shapes that queries, keys and values are laid out in, the norms' epsilon from what is added to the variance, layers
/// and widths from the tensors. Everything that BERT does not have is refused.
/// </remarks>
internal sealed partial class BertExport
{
    private static readonly string[] LayerMatrices =
    [
        "attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense",
        "intermediate.dense", "output.dense",
    ];

    private static readonly string[] LayerNorms = ["attention.output.LayerNorm", "output.LayerNorm"];

    private static readonly string[] Embeddings = ["word", "position", "token_type"];

    private readonly OnnxGraph _graph;
    private readonly string _prefix;
    private readonly Dictionary<string, StoredTensor> _tensors = new(StringComparer.Ordinal);
    private readonly HashSet<OnnxTensor> _used = [];

    private BertExport(OnnxGraph graph)
    {
        _graph = graph;
        const string Words = "embeddings.word_embeddings.weight";
        string name = graph.Values.Keys.FirstOrDefault(one => one.EndsWith(Words, StringComparison.Ordinal))
            ?? throw new FormatException($"it has no tensor '{Words}', so it is no BERT encoder");
        _prefix = name[..^Words.Length];
        BertOperations.RequireKnown(graph);
        Config = ReadAll();
    }

    public BertConfig Config { get; }

    public IReadOnlyCollection<StoredTensor> Tensors => _tensors.Values;

    /// <exception cref="FormatException">It is no BERT encoder; the message names what it has or lacks.</exception>
    public static BertExport Of(OnnxGraph graph) => new(graph);

    private BertConfig ReadAll()
    {
        AddWholes("embeddings.position_ids");
        foreach (string kind in Embeddings)
            AddSingles($"embeddings.{kind}_embeddings.weight", 2);
        AddNorm("embeddings.LayerNorm");
        int layers = Layers();
        for (int layer = 0; layer < layers; layer++)
        {
            foreach (string norm in LayerNorms)
                AddNorm($"encoder.layer.{layer}.{norm}");
            foreach (string matrix in LayerMatrices)
                AddLinear($"encoder.layer.{layer}.{matrix}");
        }
        if (_graph.Values.ContainsKey(_prefix + "pooler.dense.bias"))
            AddLinear("pooler.dense");

        long[] words = _tensors["embeddings.word_embeddings.weight"].Shape;
        int hidden = (int)words[1];
        int inner = (int)_tensors["encoder.layer.0.intermediate.dense.bias"].Shape[0];
        CheckShapes(layers, hidden, inner);
        RefuseOtherMatrices(hidden);
        int activations = _graph.Nodes.Count(node => node.Operation == "Erf");
        int gelus = _graph.Nodes.Count(node => node.Operation == "Gelu");
        if (activations + gelus != layers)
            throw new FormatException($"it has {activations + gelus} GELU activations by erf in {layers} layers");
        return new BertConfig(
            (int)words[0], hidden, layers, Heads(layers, hidden), inner,
            (int)_tensors["embeddings.position_embeddings.weight"].Shape[0],
            (int)_tensors["embeddings.token_type_embeddings.weight"].Shape[0], Epsilon());
    }

    private int Layers()
    {
        int layers = 0;
        foreach (string name in _graph.Values.Keys)
        {
            if (name.StartsWith(_prefix, StringComparison.Ordinal)
                && LayerName().Match(name[_prefix.Length..]) is { Success: true } match)
                layers = Math.Max(layers, 1 + int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));
        }
        return layers > 0 ? layers : throw new FormatException("it has no tensors 'encoder.layer.…', so no layers");
    }

    private void AddWholes(string name)
    {
        if (_graph.Values.TryGetValue(_prefix + name, out OnnxTensor? tensor))
            _tensors.Add(name, StoredTensor.Wholes(name, [.. tensor.Shape], tensor.ToWholes()));
    }

    private void AddSingles(string name, int rank)
    {
        OnnxTensor tensor = _graph.Values.GetValueOrDefault(_prefix + name)
            ?? throw new FormatException($"it has no tensor '{_prefix}{name}'");
        if (tensor.Shape.Count != rank)
            throw new FormatException($"'{name}' has {tensor.Shape.Count} dimensions, not {rank}");
        _used.Add(tensor);
        _tensors.Add(name, StoredTensor.Singles(name, [.. tensor.Shape], tensor.ToSingles()));
    }

    private void AddNorm(string name)
    {
        AddSingles(name + ".weight", 1);
        AddSingles(name + ".bias", 1);
    }

    private void AddLinear(string name)
    {
        AddSingles(name + ".bias", 1);
        string weight = name + ".weight";
        OnnxNode? gemm = _graph.ReadersOf(_prefix + name + ".bias").FirstOrDefault(node => node.Operation == "Gemm");
        if (_graph.Values.ContainsKey(_prefix + weight))
            AddSingles(weight, 2);
        else
            AddMatrix(weight, gemm is null ? MatrixOfSum(name) : MatrixOfGemm(name, gemm));
    }

    // bias + x · matrix
    private (OnnxTensor Matrix, bool IsTransposed) MatrixOfSum(string name)
    {
        string bias = _prefix + name + ".bias";
        OnnxNode[] sums = [.. _graph.ReadersOf(bias).Where(node => node.Operation == "Add")];
        if (sums.Length != 1)
            throw new FormatException($"'{name}.bias' is added {sums.Length} times, not once");
        string summand = sums[0].Inputs.First(input => input != bias);
        OnnxNode? product = _graph.MakerOf(summand);
        if (product is not { Operation: "MatMul" } || product.Inputs.Count != 2
            || !_graph.Values.TryGetValue(product.Inputs[1], out OnnxTensor? matrix))
        {
            throw new FormatException(
                $"'{name}.bias' is added to the result of {product?.Operation ?? "nothing"}, not to the product with a "
                + "stored matrix");
        }
        return (matrix, true);
    }

    // Gemm(x, matrix, bias), with or without the matrix transposed.
    private (OnnxTensor Matrix, bool IsTransposed) MatrixOfGemm(string name, OnnxNode gemm)
    {
        if (gemm.Inputs.Count != 3 || !_graph.Values.TryGetValue(gemm.Inputs[1], out OnnxTensor? matrix)
            || gemm.Whole("transA", 0) != 0 || gemm.Float("alpha", 1) != 1 || gemm.Float("beta", 1) != 1)
            throw new FormatException($"'{name}' is a Gemm that is no linear layer");
        return (matrix, gemm.Whole("transB", 0) == 0);
    }

    private void AddMatrix(string weight, (OnnxTensor Matrix, bool IsTransposed) found)
    {
        (OnnxTensor matrix, bool isTransposed) = found;
        if (matrix.Shape.Count != 2)
            throw new FormatException($"the matrix of '{weight}' has {matrix.Shape.Count} dimensions, not 2");
        _used.Add(matrix);
        (int rows, int columns) = ((int)matrix.Shape[0], (int)matrix.Shape[1]);
        float[] values = matrix.ToSingles();
        if (!isTransposed)
        {
            _tensors.Add(weight, StoredTensor.Singles(weight, [rows, columns], values));
            return;
        }
        var turned = new float[values.Length];
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
                turned[(column * rows) + row] = values[(row * columns) + column];
        }
        _tensors.Add(weight, StoredTensor.Singles(weight, [columns, rows], turned));
    }

    private void CheckShapes(int layers, int hidden, int inner)
    {
        foreach (string kind in Embeddings)
            Require($"embeddings.{kind}_embeddings.weight", -1, hidden);
        RequireNorm("embeddings.LayerNorm");
        for (int layer = 0; layer < layers; layer++)
        {
            string at = $"encoder.layer.{layer}.";
            foreach (string norm in LayerNorms)
                RequireNorm(at + norm);
            foreach (string matrix in LayerMatrices)
            {
                int rows = matrix == "intermediate.dense" ? inner : hidden;
                Require(at + matrix + ".weight", rows, matrix == "output.dense" ? inner : hidden);
                Require(at + matrix + ".bias", rows);
            }
        }

        void RequireNorm(string name)
        {
            Require(name + ".weight", hidden);
            Require(name + ".bias", hidden);
        }

        void Require(string name, params ReadOnlySpan<long> shape)
        {
            long[] found = _tensors[name].Shape;
            bool fits = found.Length == shape.Length;
            for (int i = 0; fits && i < shape.Length; i++)
                fits = shape[i] < 0 || found[i] == shape[i];
            if (!fits)
            {
                throw new FormatException(
                    $"'{name}' is [{string.Join(", ", found)}]; a width of {hidden} needs "
                    + $"[{string.Join(", ", shape.ToArray())}]");
            }
        }
    }

    private void RefuseOtherMatrices(int hidden)
    {
        string[] others = [.. _graph.Values
            .Where(one => one.Value.Shape.Count >= 2 && one.Value.Count >= (long)hidden * hidden
                && !_used.Contains(one.Value))
            .Select(one => $"'{one.Key}' [{string.Join(", ", one.Value.Shape)}] {one.Value.TypeName}")];
        if (others.Length > 0)
            throw new FormatException($"it has matrices that BERT does not have: {string.Join(", ", others.Take(5))}");
    }

    private int Heads(int layers, int hidden)
    {
        var all = new SortedSet<int>();
        for (int layer = 0; layer < layers; layer++)
        {
            foreach (string part in LayerMatrices.Take(3))
                all.Add(HeadsOf($"encoder.layer.{layer}.{part}"));
        }
        if (all.Count != 1 || all.Min <= 0 || hidden % all.Min != 0)
            throw new FormatException($"its layers have {string.Join(", ", all)} heads of a width of {hidden}");
        return all.Min;
    }

    // What a linear layer gives is reshaped to [batch, tokens, heads, width]: the constant before the last.
    private int HeadsOf(string name)
    {
        string bias = _prefix + name + ".bias";
        string output = _graph.ReadersOf(bias).First(node => node.Operation is "Add" or "Gemm").Outputs[0];
        OnnxNode? reshape = _graph.ReadersOf(output).FirstOrDefault(node => node.Operation == "Reshape");
        if (reshape is null)
            throw new FormatException($"what '{name}' gives is not cut into heads by a Reshape");
        if (_graph.Values.TryGetValue(reshape.Inputs[1], out OnnxTensor? shape) && shape.Count >= 2)
            return (int)shape.ToWholes()[^2];
        OnnxNode? concat = _graph.MakerOf(reshape.Inputs[1]);
        if (concat is { Operation: "Concat", Inputs.Count: >= 2 }
            && _graph.Values.TryGetValue(concat.Inputs[^2], out OnnxTensor? heads) && heads.Count == 1)
            return (int)heads.ToWholes()[0];
        throw new FormatException($"the number of heads that '{name}' is cut into is no constant");
    }

    private double Epsilon()
    {
        var all = new SortedSet<double>();
        foreach (OnnxNode node in _graph.Nodes)
        {
            if (node.Operation == "LayerNormalization")
                all.Add(Rounded(node.Float("epsilon", 1e-5f)));
            else if (node.Operation == "Sqrt" && _graph.MakerOf(node.Inputs[0]) is { Operation: "Add" } sum)
            {
                foreach (string input in sum.Inputs)
                {
                    if (_graph.Values.TryGetValue(input, out OnnxTensor? epsilon) && epsilon.Count == 1)
                        all.Add(Rounded(epsilon.ToSingles()[0]));
                }
            }
        }
        return all.Count == 1
            ? all.Min
            : throw new FormatException($"its norms have the epsilons {string.Join(", ", all)}; one is needed");
    }

    // 1e-12 in single precision is 9.999999960041972e-13: six digits are what was meant.
    private static double Rounded(float value) =>
        double.Parse(value.ToString("G6", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^encoder\.layer\.([0-9]{1,4})\.")]
    private static partial Regex LayerName();
}
