using System.Text;

namespace Sextant.Cli.Tests;

/// <summary>Writes ONNX files as exporters do: protobuf by hand, so that nothing but the format is agreed on.</summary>
internal sealed class OnnxModel
{
    private readonly List<byte[]> _nodes = [];
    private readonly List<byte[]> _tensors = [];

    public OnnxModel Node(string operation, string[] inputs, string output)
    {
        var node = new MemoryStream();
        foreach (string input in inputs)
            Text(node, 1, input);
        Text(node, 2, output);
        Text(node, 4, operation);
        _nodes.Add(node.ToArray());
        return this;
    }

    /// <summary>Adds a stored tensor: type 1 is FLOAT, 3 INT8, 7 INT64 (onnx.proto, TensorProto.DataType).</summary>
    public OnnxModel Tensor(string name, int type, long[] shape, byte[] bytes)
    {
        var tensor = new MemoryStream();
        foreach (long size in shape)
            Number(tensor, 1, (ulong)size);
        Number(tensor, 2, (ulong)type);
        Text(tensor, 8, name);
        Bytes(tensor, 9, bytes);
        _tensors.Add(tensor.ToArray());
        return this;
    }

    public byte[] ToBytes()
    {
        var graph = new MemoryStream();
        foreach (byte[] node in _nodes)
            Bytes(graph, 1, node);
        foreach (byte[] tensor in _tensors)
            Bytes(graph, 5, tensor);
        var model = new MemoryStream();
        Number(model, 1, 8); // ir_version
        Bytes(model, 7, graph.ToArray());
        return model.ToArray();
    }

    private static void Text(Stream to, int field, string text) => Bytes(to, field, Encoding.UTF8.GetBytes(text));

    private static void Bytes(Stream to, int field, byte[] bytes)
    {
        Varint(to, (ulong)((field << 3) | 2));
        Varint(to, (ulong)bytes.Length);
        to.Write(bytes);
    }

    private static void Number(Stream to, int field, ulong number)
    {
        Varint(to, (ulong)(field << 3));
        Varint(to, number);
    }

    private static void Varint(Stream to, ulong number)
    {
        for (; number >= 0x80; number >>= 7)
            to.WriteByte((byte)(number | 0x80));
        to.WriteByte((byte)number);
    }
}
