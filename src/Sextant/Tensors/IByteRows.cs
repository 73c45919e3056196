namespace Sextant.Tensors;

/// <summary>
/// A matrix [F,K] that is stored in signed bytes: element (f, k) is (byte · scale[f]) · column[k], rounded after each
/// product; where there are no columns they are ones.
/// </summary>
internal interface IByteRows
{
    /// <summary>F.</summary>
    int Rows { get; }

    /// <summary>K.</summary>
    int Columns { get; }

    /// <summary>What inputs are to be multiplied by before they meet the bytes [K]; empty for ones.</summary>
    ReadOnlySpan<float> Inverse { get; }

    /// <summary>Reads whole rows as stored.</summary>
    void Read(int firstRow, Span<sbyte> destination);

    /// <summary>Reads what one step of each row is worth, from a first row on.</summary>
    void ReadScales(int firstRow, Span<float> destination);
}
