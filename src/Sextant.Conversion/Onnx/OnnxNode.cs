using System.Text;

namespace Sextant.Conversion.Onnx;

/// <summary>An operation of a graph (onnx.proto, NodeProto), with the attributes that conversion looks at.</summary>
internal sealed class OnnxNode
{
    private readonly List<string> _inputs = [];
    private readonly List<string> _outputs = [];
    private readonly Dictionary<string, float> _floats = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _wholes = new(StringComparer.Ordinal);

    public string Operation { get; private set; } = "";

    public IReadOnlyList<string> Inputs => _inputs;

    public IReadOnlyList<string> Outputs => _outputs;

    /// <summary>The attribute 'value' of a Constant.</summary>
    public OnnxTensor? Value { get; private set; }

    public float Float(string name, float otherwise) => _floats.GetValueOrDefault(name, otherwise);

    public long Whole(string name, long otherwise) => _wholes.GetValueOrDefault(name, otherwise);

    public static OnnxNode Read(ReadOnlyMemory<byte> message)
    {
        var node = new OnnxNode();
        string domain = "";
        var reader = new WireReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    node._inputs.Add(Encoding.UTF8.GetString(reader.Bytes.Span));
                    break;
                case 2:
                    node._outputs.Add(Encoding.UTF8.GetString(reader.Bytes.Span));
                    break;
                case 4:
                    node.Operation = Encoding.UTF8.GetString(reader.Bytes.Span);
                    break;
                case 5:
                    node.ReadAttribute(reader.Bytes);
                    break;
                case 7:
                    domain = Encoding.UTF8.GetString(reader.Bytes.Span);
                    break;
            }
        }
        if (domain is not ("" or "ai.onnx"))
            node.Operation = $"{domain}.{node.Operation}";
        return node;
    }

    private void ReadAttribute(ReadOnlyMemory<byte> message)
    {
        (string name, float? fraction, long? whole) = ("", null, null);
        OnnxTensor? tensor = null;
        var reader = new WireReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    name = Encoding.UTF8.GetString(reader.Bytes.Span);
                    break;
                case 2:
                    fraction = BitConverter.UInt32BitsToSingle((uint)reader.Number);
                    break;
                case 3:
                    whole = (long)reader.Number;
                    break;
                case 5:
                    tensor = OnnxTensor.Read(reader.Bytes);
                    break;
            }
        }
        if (fraction is { } f)
            _floats[name] = f;
        if (whole is { } w)
            _wholes[name] = w;
        if (name == "value" && tensor is not null)
            Value = tensor;
    }
}
