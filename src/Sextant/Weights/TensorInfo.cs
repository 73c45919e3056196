using Sextant.Tensors;

namespace Sextant.Weights;

/// <summary>A tensor as a safetensors header describes it. Its size was checked against its byte range.</summary>
/// <remarks>Immutable; its values are read through <see cref="Checkpoint"/>.</remarks>
public sealed class TensorInfo
{
    private readonly long[] _shape;

    internal TensorInfo(string name, ElementType elementType, long[] shape, long elements, SafetensorsFile source,
        long offset, long byteLength)
    {
        Name = name;
        ElementType = elementType;
        _shape = shape;
        Elements = elements;
        Source = source;
        Offset = offset;
        ByteLength = byteLength;
    }

    /// <summary>The name in the checkpoint.</summary>
    public string Name { get; }

    /// <summary>How its elements are stored.</summary>
    public ElementType ElementType { get; }

    /// <summary>Dimensions, slowest first; empty for a scalar.</summary>
    public ReadOnlySpan<long> Shape => _shape;

    /// <summary>Product of the dimensions.</summary>
    public long Elements { get; }

    /// <summary>Slices of the first dimension; 1 for a scalar.</summary>
    public long Rows => _shape.Length == 0 ? 1 : _shape[0];

    /// <summary>Elements of one slice of the first dimension.</summary>
    public long RowLength => Rows == 0 ? 0 : Elements / Rows;

    /// <summary>The file that holds the tensor.</summary>
    public string File => Source.Path;

    /// <summary>Position of its first byte in <see cref="File"/>.</summary>
    public long Offset { get; }

    /// <summary>Its length in <see cref="File"/>, in bytes.</summary>
    public long ByteLength { get; }

    internal SafetensorsFile Source { get; }

    /// <summary>Name, element type and shape, for messages.</summary>
    public override string ToString() => $"{Name} {ElementType} {MessageText.Shape(_shape)}";
}
