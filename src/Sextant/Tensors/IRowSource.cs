namespace Sextant.Tensors;

/// <summary>A stored matrix that is read row by row: what a backend packs its weights from.</summary>
internal interface IRowSource
{
    /// <summary>Rows.</summary>
    int Rows { get; }

    /// <summary>Elements of a row.</summary>
    int Columns { get; }

    /// <summary>F16 or BF16 where every part is stored so; else F32.</summary>
    ElementType Type { get; }

    /// <summary>The rows as signed bytes, where all are stored so; else null.</summary>
    IByteRows? Bytes => null;

    /// <summary>Reads whole rows, widened to f32.</summary>
    void Read(int firstRow, Span<float> destination);

    /// <summary>Reads whole rows as stored; only where <see cref="Type"/> has 16 bits.</summary>
    void Read(int firstRow, Span<ushort> destination);
}
