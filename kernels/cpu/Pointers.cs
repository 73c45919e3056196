using System.Diagnostics;

namespace Sextant.Kernels;

/// <summary>What debug builds ask of a kernel's pointers.</summary>
internal static unsafe class Pointers
{
    /// <summary>The address is a multiple of <paramref name="alignment"/>.</summary>
    [Conditional("DEBUG")]
    public static void AssertAligned(void* pointer, int alignment) =>
        Debug.Assert((nuint)pointer % (nuint)alignment == 0, $"not aligned to {alignment} bytes");

    /// <summary>Two blocks of memory share no byte.</summary>
    [Conditional("DEBUG")]
    public static void AssertApart(void* first, long firstBytes, void* second, long secondBytes) => Debug.Assert(
        firstBytes <= 0 || secondBytes <= 0 || (byte*)first + firstBytes <= (byte*)second
        || (byte*)second + secondBytes <= (byte*)first,
        "what is read lies where is written");

    /// <summary>
    /// Two matrices of floats share no element. Columns of one matrix, whose rows lie between each other, are apart.
    /// </summary>
    [Conditional("DEBUG")]
    public static void AssertApart(
        float* first, nint firstStride, nint firstRows, nint firstColumns,
        float* second, nint secondStride, nint secondRows, nint secondColumns)
    {
        if (firstRows == 0 || secondRows == 0)
            return;
        if (firstStride != secondStride)
        {
            AssertApart(
                first, ((firstRows - 1) * firstStride + firstColumns) * sizeof(float),
                second, ((secondRows - 1) * secondStride + secondColumns) * sizeof(float));
            return;
        }
        nint distance = (nint)(((byte*)second - (byte*)first) / sizeof(float));
        nint column = ((distance % firstStride) + firstStride) % firstStride;
        bool rowsMeet = distance < firstRows * firstStride && -distance < secondRows * secondStride;
        Debug.Assert(
            !rowsMeet || (column >= firstColumns && column + secondColumns <= firstStride),
            "what is read lies where is written");
    }
}
