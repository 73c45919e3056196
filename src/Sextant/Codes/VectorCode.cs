namespace Sextant.Codes;

/// <summary>What vectors are kept as. The numbers are those of the index's files.</summary>
public enum VectorCode
{
    /// <summary>As they are: 4 bytes for each dimension.</summary>
    Float32 = 1,

    /// <summary>IEEE binary16: 2 bytes for each dimension.</summary>
    Float16 = 2,

    /// <summary>
    /// bfloat16, the upper half of a binary32, rounded to nearest, ties to even: 2 bytes for each dimension.
    /// </summary>
    BFloat16 = 3,

    /// <summary>Signed bytes, one for each dimension; needs <see cref="CodeRanges"/>.</summary>
    Int8 = 4,

    /// <summary><see cref="BinaryCode"/>: a bit for each dimension.</summary>
    Binary = 5,

    /// <summary>
    /// <see cref="ResidualBinaryCode"/>: some bits for each dimension; its scales are fitted to a sample.
    /// </summary>
    ResidualBinary = 6,

    /// <summary><see cref="ProductCode"/>: a byte for each part; its centroids are learnt from a sample.</summary>
    Product = 7,

    /// <summary><see cref="RaBitQCode"/>: 1 to 4 bits for each dimension and a factor, fitted to a sample.</summary>
    RaBitQ = 8,
}
