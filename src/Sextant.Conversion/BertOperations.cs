using Sextant.Conversion.Onnx;

namespace Sextant.Conversion;

/// <summary>The operations that exports of BERT encoders are made of, pooling in the graph included.</summary>
/// <remarks>
/// The list is closed: what turns positions (Sin, Cos), masks causally (Trilu), activates otherwise (Relu), quantises
/// or is fused by an optimiser is not in it, and is refused by its name.
/// </remarks>
internal static class BertOperations
{
    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        // arithmetic
        "Add", "Sub", "Mul", "Div", "Pow", "Sqrt", "Erf", "Gelu", "Tanh", "MatMul", "Gemm", "Softmax",
        "LayerNormalization", "ReduceMean", "ReduceSum", "ReduceL2", "Clip", "Max", "Min", "Abs",
        // shapes and masks
        "Gather", "Transpose", "Reshape", "Shape", "Slice", "Concat", "Unsqueeze", "Squeeze", "Expand", "Cast",
        "Constant", "ConstantOfShape", "Identity", "Equal", "Where", "Range", "Not", "And", "Or", "IsNaN",
        "GatherElements", "Less", "Greater",
    };

    /// <exception cref="FormatException">The graph has an operation that is not in the list.</exception>
    public static void RequireKnown(OnnxGraph graph)
    {
        string[] others = [.. graph.Nodes.Select(node => node.Operation).Where(one => !Known.Contains(one))
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (others.Length > 0)
        {
            throw new FormatException(
                $"it has operations that a plain export of BERT does not have: {string.Join(", ", others)}; export the "
                + "model anew, neither quantised nor optimised");
        }
    }
}
