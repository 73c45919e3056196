namespace Sextant.Tensors;

/// <summary>How the elements of a stored tensor are written.</summary>
internal enum ElementType
{
    /// <summary>IEEE binary32.</summary>
    F32,

    /// <summary>IEEE binary16.</summary>
    F16,

    /// <summary>The upper half of a binary32.</summary>
    BF16,

    /// <summary>IEEE binary64.</summary>
    F64,

    /// <summary>Signed 8-bit integer.</summary>
    I8,

    /// <summary>Unsigned 8-bit integer.</summary>
    U8,

    /// <summary>Signed 32-bit integer.</summary>
    I32,

    /// <summary>Signed 64-bit integer.</summary>
    I64,

    /// <summary>One byte, 0 or 1.</summary>
    Bool,

    /// <summary>A type of the file format that cannot be read; a tensor may have it as long as nobody reads
    /// it.</summary>
    Other,
}

/// <summary>Facts about an <see cref="ElementType"/>.</summary>
internal static class ElementTypes
{
    /// <summary>Bytes of one element.</summary>
    public static int Size(this ElementType type) => type switch
    {
        ElementType.F64 or ElementType.I64 => 8,
        ElementType.F32 or ElementType.I32 => 4,
        ElementType.F16 or ElementType.BF16 => 2,
        ElementType.I8 or ElementType.U8 or ElementType.Bool => 1,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not an element type"),
    };
}
