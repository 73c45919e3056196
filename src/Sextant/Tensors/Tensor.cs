namespace Sextant.Tensors;

/// <summary>A view of f32 rows in a backend's memory. Whoever allocated the memory owns it.</summary>
/// <param name="address">The first element: on the CPU a pointer, elsewhere what the backend makes of it.</param>
/// <param name="rows">Rows.</param>
/// <param name="columns">Elements of a row.</param>
/// <param name="stride">Elements from one row to the next.</param>
/// <param name="isNarrow">
/// Whether products, attention and what lies between them are all that reads it, so that a backend with a fast mode may
/// keep it in 16 bits. Exact mode never does.
/// </param>
internal readonly struct Tensor(nint address, int rows, int columns, int stride, bool isNarrow = false)
{
    public nint Address { get; } = address;

    public int Rows { get; } = rows;

    public int Columns { get; } = columns;

    public int Stride { get; } = stride;

    /// <summary>Whether it may be kept in 16 bits in fast mode.</summary>
    public bool IsNarrow { get; } = isNarrow;

    /// <summary>True for the default value: no tensor.</summary>
    public bool IsNone => Address == 0;

    /// <summary>The first element, where the memory is this process's own.</summary>
    public unsafe float* Pointer => (float*)Address;

    /// <summary>Some of the rows.</summary>
    public Tensor RowRange(int first, int count) =>
        new(Address + (nint)first * Stride * sizeof(float), count, Columns, Stride, IsNarrow);

    /// <summary>Some columns of every row.</summary>
    public Tensor ColumnRange(int first, int count) =>
        new(Address + first * sizeof(float), Rows, count, Stride, IsNarrow);
}
