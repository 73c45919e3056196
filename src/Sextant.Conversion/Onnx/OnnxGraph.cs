namespace Sextant.Conversion.Onnx;

/// <summary>
/// The graph of an ONNX model (onnx.proto, ModelProto and GraphProto), by the names of what flows in it.
/// </summary>
internal sealed class OnnxGraph
{
    private readonly List<OnnxNode> _nodes = [];
    private readonly Dictionary<string, OnnxTensor> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<OnnxNode>> _readers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OnnxNode> _makers = new(StringComparer.Ordinal);

    public IReadOnlyList<OnnxNode> Nodes => _nodes;

    /// <summary>Stored tensors and constants, by name.</summary>
    public IReadOnlyDictionary<string, OnnxTensor> Values => _values;

    /// <summary>The operations that read a value.</summary>
    public IReadOnlyList<OnnxNode> ReadersOf(string value) => _readers.GetValueOrDefault(value) ?? [];

    /// <summary>The operation that makes a value; null for inputs of the graph and stored tensors.</summary>
    public OnnxNode? MakerOf(string value) => _makers.GetValueOrDefault(value);

    /// <summary>Reads a model.</summary>
    /// <exception cref="FormatException">It is no ONNX model.</exception>
    public static OnnxGraph Read(ReadOnlyMemory<byte> model)
    {
        var reader = new WireReader(model);
        ReadOnlyMemory<byte>? graph = null;
        while (reader.Next())
        {
            if (reader.Field == 7 && reader.Type == WireType.Bytes)
                graph = reader.Bytes;
        }
        if (graph is not { } body)
            throw new FormatException("it has no graph, so it is no ONNX model");
        var read = new OnnxGraph();
        var fields = new WireReader(body);
        while (fields.Next())
        {
            if (fields.Field == 1)
                read._nodes.Add(OnnxNode.Read(fields.Bytes));
            else if (fields.Field == 5)
                read.AddValue(OnnxTensor.Read(fields.Bytes));
        }
        read.Connect();
        return read;
    }

    private void AddValue(OnnxTensor tensor)
    {
        if (!_values.TryAdd(tensor.Name, tensor))
            throw new FormatException($"it has two tensors named '{tensor.Name}'");
    }

    private void Connect()
    {
        foreach (OnnxNode node in _nodes)
        {
            foreach (string output in node.Outputs)
                _makers[output] = node;
            foreach (string input in node.Inputs.Distinct(StringComparer.Ordinal))
            {
                if (!_readers.TryGetValue(input, out List<OnnxNode>? readers))
                    _readers.Add(input, readers = []);
                readers.Add(node);
            }
            if (node.Operation == "Constant" && node.Value is { } value && node.Outputs.Count == 1)
                _values[node.Outputs[0]] = value;
        }
        // Exporters store equal tensors once and name the others by Identity. Nodes are in topological order.
        foreach (OnnxNode node in _nodes)
        {
            if (node.Operation == "Identity" && _values.TryGetValue(node.Inputs[0], out OnnxTensor? same))
                _values[node.Outputs[0]] = same;
        }
    }
}
