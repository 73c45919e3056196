namespace Sextant.Kernels;

/// <summary>How the elements of a matrix are kept in memory. Arithmetic is always f32; widening is exact.</summary>
public enum StoredType
{
    /// <summary>IEEE binary32.</summary>
    F32,

    /// <summary>IEEE binary16, finite values.</summary>
    F16,

    /// <summary>bfloat16.</summary>
    BF16,

    /// <summary>Signed bytes with a scale for each row.</summary>
    I8,
}
