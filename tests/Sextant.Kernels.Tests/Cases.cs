using System.Runtime.InteropServices;

namespace Sextant.Kernels.Tests;

/// <summary>Random data with a fixed seed, and comparison bit by bit.</summary>
internal static class Cases
{
    /// <summary>
    /// Runs without FMA hardware compute each fused multiply-add in software: they get the small shapes only.
    /// </summary>
    public static bool IsSlow => !InstructionSets.HasFusedMultiplyAdd;

    public static IEnumerable<Isa> VectorSets =>
        InstructionSets.Supported.Where(isa => isa != Isa.Reference);

    public static float[] Random(int seed, int length, float scale = 1f)
    {
        var random = new Random(seed);
        var values = new float[length];
        for (int i = 0; i < length; i++)
            values[i] = scale * (float)(random.NextDouble() * 2 - 1) * (float)(random.NextDouble() + 0.1);
        return values;
    }

    /// <summary>Equal bits; any NaN equals any other, since platforms differ in a NaN's bits.</summary>
    public static void AssertSameBits(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        ReadOnlySpan<int> left = MemoryMarshal.Cast<float, int>(expected);
        ReadOnlySpan<int> right = MemoryMarshal.Cast<float, int>(actual);
        for (int i = 0; i < left.Length; i++)
        {
            if (left[i] != right[i] && !(float.IsNaN(expected[i]) && float.IsNaN(actual[i])))
            {
                Assert.Fail(
                    $"{what}: element {i} is {actual[i]:R} (0x{right[i]:X8}); "
                    + $"the reference has {expected[i]:R} (0x{left[i]:X8}).");
            }
        }
    }
}
