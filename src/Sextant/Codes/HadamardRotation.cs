using System.Numerics;

namespace Sextant.Codes;

/// <summary>A random rotation without a matrix: signs, Hadamard transforms and steps that mix the two halves.</summary>
/// <remarks>
/// kernels/NUMERICS.md, "Randomised Hadamard rotation". Every value is a sum or a difference of two, so the bits do not
/// depend on the width of vectors. Immutable; thread-safe.
/// </remarks>
internal sealed class HadamardRotation
{
    private const float HalfRoot = 0.70710678f; // sqrt(1/2), rounded

    private readonly float[] _signs; // [rounds, dimensions]
    private readonly float _scale;
    private readonly int _window;
    private readonly int _rounds;

    public HadamardRotation(int dimensions, ulong seed)
    {
        Dimensions = dimensions;
        _window = (int)BitOperations.RoundUpToPowerOf2((uint)dimensions + 1) / 2;
        _rounds = _window == dimensions ? 2 : 4;
        _scale = 1f / MathF.Sqrt(_window);
        _signs = new float[_rounds * dimensions];
        for (int round = 0, at = 0; round < _rounds; round++)
        {
            ulong word = 0;
            for (int i = 0; i < dimensions; i++, at++)
            {
                if (i % 64 == 0)
                    word = SplitMix(ref seed);
                _signs[at] = (word >> (i % 64) & 1) != 0 ? -1f : 1f;
            }
        }
    }

    public int Dimensions { get; }

    /// <summary>Rotates a vector [Dimensions] in its place.</summary>
    public void Apply(Span<float> vector)
    {
        for (int round = 0; round < _rounds; round++)
        {
            Multiply(vector, _signs.AsSpan(round * Dimensions, Dimensions));
            Transform(Window(vector, round));
            if (_window != Dimensions)
                MixHalves(vector);
        }
    }

    /// <summary>Rotates back: each step is its own inverse.</summary>
    public void ApplyInverse(Span<float> vector)
    {
        for (int round = _rounds - 1; round >= 0; round--)
        {
            if (_window != Dimensions)
                MixHalves(vector);
            Transform(Window(vector, round));
            Multiply(vector, _signs.AsSpan(round * Dimensions, Dimensions));
        }
    }

    // The first values and the last in turns.
    private Span<float> Window(Span<float> vector, int round) =>
        vector.Slice(round % 2 == 0 ? 0 : Dimensions - _window, _window);

    private static void Multiply(Span<float> vector, ReadOnlySpan<float> signs)
    {
        for (int i = 0; i < vector.Length; i++)
            vector[i] *= signs[i];
    }

    private void Transform(Span<float> values)
    {
        for (int stride = 1; stride < values.Length; stride *= 2)
        {
            for (int start = 0; start < values.Length; start += 2 * stride)
                Butterflies(values.Slice(start, stride), values.Slice(start + stride, stride));
        }
        for (int i = 0; i < values.Length; i++)
            values[i] *= _scale;
    }

    private static void Butterflies(Span<float> left, Span<float> right)
    {
        int i = 0;
        for (; i <= left.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<float> a = new(left[i..]), b = new(right[i..]);
            (a + b).CopyTo(left[i..]);
            (a - b).CopyTo(right[i..]);
        }
        for (; i < left.Length; i++)
            (left[i], right[i]) = (left[i] + right[i], left[i] - right[i]);
    }

    // A step of Kac's walk for each pair; of an odd number the middle value stays.
    private static void MixHalves(Span<float> vector)
    {
        int half = vector.Length / 2;
        Span<float> left = vector[..half], right = vector[^half..];
        for (int i = 0; i < half; i++)
            (left[i], right[i]) = ((left[i] + right[i]) * HalfRoot, (left[i] - right[i]) * HalfRoot);
    }

    // SplitMix64 (Steele, Lea and Flood, 2014).
    private static ulong SplitMix(ref ulong state)
    {
        ulong z = state += 0x9E37_79B9_7F4A_7C15;
        z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9;
        z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB;
        return z ^ (z >> 31);
    }
}
