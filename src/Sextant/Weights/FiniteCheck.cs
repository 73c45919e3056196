using System.Numerics;
using System.Runtime.InteropServices;
using Sextant.Tensors;

namespace Sextant.Weights;

/// <summary>Finds NaNs and infinities: the values whose exponent bits are all ones.</summary>
/// <remarks>
/// Without the sign bit a pattern is larger the larger its value, and NaNs are above infinity. So one maximum over a
/// block of patterns tells whether the block is finite; only a block that is not is searched element by element.
/// </remarks>
internal static class FiniteCheck
{
    // Small enough that the search and the caller's next pass find the block in the first-level cache.
    private const int Block = 4096;

    private const int SingleInfinity = 0x7F80_0000;
    private const short HalfInfinity = 0x7C00;
    private const short BrainInfinity = 0x7F80;

    /// <summary>Index of the first NaN or infinity, or -1.</summary>
    public static int FirstNonFinite(ReadOnlySpan<float> values)
    {
        for (int start = 0; start < values.Length; start += Block)
        {
            ReadOnlySpan<float> block = values.Slice(start, Math.Min(Block, values.Length - start));
            if (Largest(MemoryMarshal.Cast<float, int>(block)) < SingleInfinity)
                continue;
            for (int i = 0; i < block.Length; i++)
            {
                if (!float.IsFinite(block[i]))
                    return start + i;
            }
        }
        return -1;
    }

    /// <summary>Index of the first NaN or infinity among F16 or BF16 patterns, or -1.</summary>
    public static int FirstNonFinite(ReadOnlySpan<ushort> patterns, ElementType type)
    {
        short infinity = type == ElementType.F16 ? HalfInfinity : BrainInfinity;
        for (int start = 0; start < patterns.Length; start += Block)
        {
            ReadOnlySpan<ushort> block = patterns.Slice(start, Math.Min(Block, patterns.Length - start));
            if (Largest(MemoryMarshal.Cast<ushort, short>(block)) < infinity)
                continue;
            for (int i = 0; i < block.Length; i++)
            {
                if ((block[i] & short.MaxValue) >= infinity)
                    return start + i;
            }
        }
        return -1;
    }

    /// <summary>The largest pattern, sign bit taken off.</summary>
    private static T Largest<T>(ReadOnlySpan<T> patterns)
        where T : struct, IBinaryInteger<T>, IMinMaxValue<T>
    {
        var mask = new Vector<T>(T.MaxValue);
        Vector<T> even = Vector<T>.Zero, odd = Vector<T>.Zero;
        ref T first = ref MemoryMarshal.GetReference(patterns);
        int i = 0;
        for (; i <= patterns.Length - 2 * Vector<T>.Count; i += 2 * Vector<T>.Count)
        {
            even = Vector.Max(even, Load(ref first, i) & mask);
            odd = Vector.Max(odd, Load(ref first, i + Vector<T>.Count) & mask);
        }
        even = Vector.Max(even, odd);
        T largest = T.Zero;
        for (int lane = 0; lane < Vector<T>.Count; lane++)
            largest = T.Max(largest, even[lane]);
        for (; i < patterns.Length; i++)
            largest = T.Max(largest, patterns[i] & T.MaxValue);
        return largest;
    }

    private static Vector<T> Load<T>(ref T first, int index) => Vector.LoadUnsafe(ref first, (nuint)index);
}
