using Sextant.Kernels.Gemm;

namespace Sextant.Kernels.Attention;

/// <summary>
/// The two products of attention, and what their operands are made into first: in f32 nothing else, in bfloat16 they
/// are narrowed. Memory counts f32 elements, whatever lies there.
/// </summary>
internal unsafe interface IAttentionProducts
{
    /// <summary>Whether weights and values lie in pairs, so that no range of keys begins inside one.</summary>
    static abstract bool HasPairs { get; }

    /// <summary>Whether values are read where they are, if a row of them is a multiple of 16.</summary>
    static abstract bool ReadsValuesInPlace { get; }

    /// <summary>Keys first … first + width − 1, transposed; zeros where the sequence has ended.</summary>
    static abstract void PackKeys(in AttentionArguments a, int first, int width, float* panel);

    /// <summary>All values in rows of a multiple of 16, filled up with zeros.</summary>
    static abstract void PackValues(in AttentionArguments a, int width, float* values);

    /// <summary>Some queries; they may stay where they are. The memory has rows of <paramref name="width"/>.</summary>
    static abstract float* PackQueries(
        in AttentionArguments a, int row, int rows, int width, float* memory, out nint stride);

    /// <summary>
    /// A row of probabilities, in place. Up to 15 elements after it may be overwritten; where it ends in half a pair,
    /// the next element is zero.
    /// </summary>
    static abstract void PackWeights(float* p, int n);

    /// <summary>y [rows,columns] = x [rows,D] · a panel of packed keys [D,columns].</summary>
    static abstract void MultiplyKeys(in TileArguments t, int rows, int columns);

    /// <summary>
    /// y [rows,columns] = x [rows,n] · values [n,columns] from the row <paramref name="begin"/> of all that are at b.
    /// </summary>
    static abstract void MultiplyValues(in TileArguments t, int begin, int tokens, int rows, int columns);
}
