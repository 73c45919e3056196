using System.Buffers;

namespace Sextant.Codes;

/// <summary>Finds the vector of RaBitQ's grid that has the greatest cosine with a vector.</summary>
/// <remarks>
/// kernels/NUMERICS.md, "RaBitQ". The grid's magnitudes are k + ½, k from 0 to 2ᵇ⁻¹ − 1. As the rescaling t grows from
/// 0, value i goes from k − 1 to k at t = k / |oᵢ|; the cosine is followed from step to step by its dot product and its
/// squared length, and the best place is taken.
/// </remarks>
internal static class RaBitQGrid
{
    /// <summary>The numbers 0 … 2ᵇ − 1 of the nearest direction.</summary>
    /// <param name="vector">o [n], finite.</param>
    /// <param name="bits">b.</param>
    /// <param name="numbers">[n]: u + (2ᵇ − 1) / 2.</param>
    /// <returns>⟨o, o⟩ / ⟨u, o⟩, or 0 where o is zero.</returns>
    public static double Nearest(ReadOnlySpan<float> vector, int bits, Span<byte> numbers)
    {
        int half = 1 << (bits - 1), perValue = half - 1;
        numbers.Clear(); // magnitudes, until the end
        if (perValue > 0)
        {
            ulong[] steps = ArrayPool<ulong>.Shared.Rent(vector.Length * perValue);
            Magnitudes(vector, steps.AsSpan(0, Steps(vector, perValue, steps)), numbers);
            ArrayPool<ulong>.Shared.Return(steps);
        }
        double squares = 0, dot = 0;
        for (int i = 0; i < vector.Length; i++)
        {
            double value = vector[i];
            squares += value * value;
            dot += (numbers[i] + 0.5) * Math.Abs(value);
            numbers[i] = (byte)(value > 0 ? half + numbers[i] : half - 1 - numbers[i]);
        }
        return dot > 0 ? squares / dot : 0;
    }

    // Every step as t's bits, which are in t's order, then value and k: no two are equal.
    private static int Steps(ReadOnlySpan<float> vector, int perValue, ulong[] steps)
    {
        int count = 0;
        for (int i = 0; i < vector.Length; i++)
        {
            float magnitude = Math.Abs(vector[i]);
            if (magnitude == 0)
                continue;
            for (int k = 1; k <= perValue; k++)
                steps[count++] = ((ulong)BitConverter.SingleToUInt32Bits(k / magnitude) << 32) | (uint)((i * 8) + k);
        }
        return count;
    }

    private static void Magnitudes(ReadOnlySpan<float> vector, Span<ulong> steps, Span<byte> magnitudes)
    {
        steps.Sort();
        double dot = 0, squares = 0.25 * vector.Length;
        foreach (float value in vector)
            dot += 0.5 * Math.Abs((double)value);
        double best = dot * dot / squares;
        int taken = 0;
        for (int i = 0; i < steps.Length; i++)
        {
            uint step = (uint)steps[i];
            dot += Math.Abs((double)vector[(int)(step / 8)]);
            squares += 2 * (step % 8); // (k + ½)² − (k − ½)²
            double cosine = dot * dot / squares;
            if (cosine > best)
                (best, taken) = (cosine, i + 1);
        }
        foreach (ulong step in steps[..taken])
            magnitudes[(int)((uint)step / 8)] = (byte)(step % 8);
    }
}
