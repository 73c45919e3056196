using Sextant.Tensors;

namespace Sextant.Weights;

/// <summary>A tensor as a safetensors header describes it. Its size was checked against its byte range.</summary>
/// <remarks>Immutable; its values are read through <see cref="Checkpoint"/>.</remarks>
internal sealed class TensorInfo
{
    private readonly long[] _shape;

    internal TensorInfo(string name, StoredElement element, long[] shape, long elements, SafetensorsFile source,
        long offset, long byteLength)
    {
        Name = name;
        (Dtype, ElementType) = (element.Name, element.Type);
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

    /// <summary>The same as the file names it: F32, F8_E4M3, U16 …</summary>
    public string Dtype { get; }

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

    /// <summary>The same tensor under another name.</summary>
    internal TensorInfo Named(string name) =>
        new(name, new StoredElement(Dtype, 0, ElementType), _shape, Elements, Source, Offset, ByteLength);

    /// <summary>Name, element type and shape, for messages.</summary>
    public override string ToString() => $"{Name} {Dtype} {MessageText.Shape(_shape)}";
}
