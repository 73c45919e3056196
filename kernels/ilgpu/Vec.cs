using ILGPU.IR.Intrinsics;

namespace Sextant.Ilgpu.Kernels;

/// <summary>A parameter that stands for a vector: a constant names a variable, anything else a result.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
internal sealed class VectorAttribute : Attribute;

/// <summary>
/// Vectors of 16 floats on OpenCL devices that are processors, where an item has a vector: a tile of scalars reaches a
/// fifth of the speed there. ILGPU has no such type: a vector is an integer in C#, and what it stands for is declared
/// where OpenCL C is written. A constant is a variable that can be set again; a result must be used in the block of
/// code that made it. Each function rounds once, as <see cref="Exact"/> does. Nothing else runs them.
/// </summary>
internal static class Vec
{
    /// <summary>Slots of <see cref="Keep"/>.</summary>
    public const int MemorySlots = 32;

    /// <summary>Sets a variable.</summary>
    [IntrinsicImplementation]
    public static void Set([Vector] int variable, [Vector] int to) => throw Elsewhere();

    /// <summary>One number in all elements.</summary>
    [IntrinsicImplementation]
    public static int Of(float x) => throw Elsewhere();

    [IntrinsicImplementation]
    public static int Load(ref float from) => throw Elsewhere();

    /// <summary>Halves, widened exactly.</summary>
    [IntrinsicImplementation]
    public static int LoadF16(ref ushort from) => throw Elsewhere();

    /// <summary>Upper halves of floats, widened exactly.</summary>
    [IntrinsicImplementation]
    public static int LoadBF16(ref ushort from) => throw Elsewhere();

    /// <summary>The first elements; zeros in the others.</summary>
    [IntrinsicImplementation]
    public static int LoadPart(ref float from, int count) => throw Elsewhere();

    [IntrinsicImplementation]
    public static void Store([Vector] int x, ref float to) => throw Elsewhere();

    /// <summary>The first elements.</summary>
    [IntrinsicImplementation]
    public static void StorePart([Vector] int x, ref float to, int count) => throw Elsewhere();

    /// <summary>The first elements, this far from each other.</summary>
    [IntrinsicImplementation]
    public static void StoreColumn([Vector] int x, ref float to, long stride, int count) => throw Elsewhere();

    /// <summary>Puts a vector into a slot of the item's memory.</summary>
    [IntrinsicImplementation]
    public static void Keep(int slot, [Vector] int x) => throw Elsewhere();

    /// <summary>What is in a slot.</summary>
    [IntrinsicImplementation]
    public static int Kept(int slot) => throw Elsewhere();

    [IntrinsicImplementation]
    public static int Fma([Vector] int a, [Vector] int b, [Vector] int c) => throw Elsewhere();

    /// <summary>sum = fma(x, y, sum).</summary>
    [IntrinsicImplementation]
    public static void Accumulate([Vector] int sum, float x, [Vector] int y) => throw Elsewhere();

    [IntrinsicImplementation]
    public static int Mul([Vector] int a, [Vector] int b) => throw Elsewhere();

    [IntrinsicImplementation]
    public static int Add([Vector] int a, [Vector] int b) => throw Elsewhere();

    [IntrinsicImplementation]
    public static int Sub([Vector] int a, [Vector] int b) => throw Elsewhere();

    [IntrinsicImplementation]
    public static int Div([Vector] int a, [Vector] int b) => throw Elsewhere();

    /// <summary>a &gt; b ? a : b.</summary>
    [IntrinsicImplementation]
    public static int Max([Vector] int a, [Vector] int b) => throw Elsewhere();

    /// <summary>a &gt; b ? x : y.</summary>
    [IntrinsicImplementation]
    public static int IfAbove([Vector] int a, [Vector] int b, [Vector] int x, [Vector] int y) => throw Elsewhere();

    [IntrinsicImplementation]
    public static int Negate([Vector] int x) => throw Elsewhere();

    /// <summary>(bits of x − offset) / 2, rounded down, as the bits of a vector.</summary>
    [IntrinsicImplementation]
    public static int LowerHalf([Vector] int x, int offset) => throw Elsewhere();

    /// <summary>(bits of x − offset) − bits of low, as the bits of a vector.</summary>
    [IntrinsicImplementation]
    public static int UpperHalf([Vector] int x, int offset, [Vector] int low) => throw Elsewhere();

    /// <summary>2 to the power of each element's bits.</summary>
    [IntrinsicImplementation]
    public static int Scale([Vector] int n) => throw Elsewhere();

    /// <summary>
    /// x where behind + element ≤ before and −(behind + element) ≤ after, else the other: whether queries see a key.
    /// </summary>
    [IntrinsicImplementation]
    public static int IfSeen([Vector] int x, int behind, int before, int after, float otherwise) => throw Elsewhere();

    private static NotSupportedException Elsewhere() => new("Vectors are for OpenCL devices that are processors.");
}
