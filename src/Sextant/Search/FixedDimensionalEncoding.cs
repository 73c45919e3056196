using System.Numerics;
using Sextant.Kernels;
using Sextant.Runtime;

namespace Sextant.Search;

/// <summary>
/// Many vectors as one, such that the dot product of a query's and a document's comes near their MaxSim.
/// </summary>
/// <remarks>
/// <para>MUVERA (Dhulipala et al., "MUVERA: Multi-Vector Retrieval via Fixed Dimensional Encodings", 2024). In each of
/// several repetitions, the signs of random projections put vectors into 2^bits buckets. A query's bucket holds the sum
/// of its vectors, a document's the mean; a document's empty bucket takes the vector whose signs are nearest to the
/// bucket's number. Buckets of all repetitions, one after the other, are the encoding; nothing is projected
/// down.</para>
/// <para>Bytes per document: 4 · repetitions · 2^bits · dimensions. The random numbers come from a generator that is
/// written here (SplitMix64; twelve uniform ones make a normal one), sums are chains in ascending order: the same bits
/// everywhere. Immutable; thread-safe.</para>
/// </remarks>
internal sealed unsafe class FixedDimensionalEncoding
{
    private readonly DotKernel _dot = KernelSet.Chosen.Dot.Run;
    private readonly float[] _planes; // [repetitions, bits, inputs]
    private readonly int _repetitions;
    private readonly int _bits;

    /// <summary>Makes an encoding.</summary>
    /// <param name="inputs">Length of the vectors.</param>
    /// <param name="repetitions">More come nearer to MaxSim.</param>
    /// <param name="bits">Signs of a bucket's number; 0 to 10.</param>
    /// <param name="seed">Queries and documents need the same.</param>
    public FixedDimensionalEncoding(int inputs, int repetitions = 8, int bits = 3, ulong seed = 42)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inputs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(repetitions);
        ArgumentOutOfRangeException.ThrowIfNegative(bits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, 10);
        (Inputs, _repetitions, _bits) = (inputs, repetitions, bits);
        double outputs = (double)repetitions * (1 << bits) * inputs;
        if (outputs > FloatRows.MaxDimensions)
        {
            throw new ArgumentOutOfRangeException(nameof(repetitions), repetitions, FormattableString.Invariant(
                $"{repetitions} repetitions of {1 << bits} buckets of {inputs} values are {outputs:N0} values; ")
                + FormattableString.Invariant($"an encoding has at most {FloatRows.MaxDimensions:N0}."));
        }
        Outputs = (int)outputs;
        _planes = new float[repetitions * bits * inputs];
        for (int i = 0; i < _planes.Length; i++)
        {
            double sum = -6;
            for (int j = 0; j < 12; j++)
                sum += (NextRandom(ref seed) >> 11) * (1.0 / (1ul << 53));
            _planes[i] = (float)sum;
        }
    }

    /// <summary>Length of the vectors.</summary>
    public int Inputs { get; }

    /// <summary>Length of an encoding.</summary>
    public int Outputs { get; }

    /// <summary>Encodes a query.</summary>
    /// <param name="vectors">[n, Inputs], row by row.</param>
    /// <param name="destination">[Outputs].</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public void EncodeQuery(ReadOnlySpan<float> vectors, Span<float> destination) =>
        Encode(vectors, destination, false);

    /// <summary>Encodes a document.</summary>
    /// <param name="vectors">[n, Inputs], row by row.</param>
    /// <param name="destination">[Outputs].</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public void EncodeDocument(ReadOnlySpan<float> vectors, Span<float> destination) =>
        Encode(vectors, destination, true);

    private void Encode(ReadOnlySpan<float> vectors, Span<float> destination, bool isDocument)
    {
        using FloatEnvironment.Standard standard = FloatEnvironment.Enter();
        if (vectors.IsEmpty || vectors.Length % Inputs != 0 || destination.Length < Outputs)
        {
            throw new ArgumentException(
                $"{vectors.Length} values to {destination.Length}; whole vectors of {Inputs}, at least one, to "
                + $"{Outputs} are needed.",
                nameof(vectors));
        }
        int count = vectors.Length / Inputs, buckets = 1 << _bits;
        destination[..Outputs].Clear();
        Span<int> numbers = count <= 1024 ? stackalloc int[count] : new int[count];
        Span<int> members = stackalloc int[buckets];
        for (int repetition = 0; repetition < _repetitions; repetition++)
        {
            Span<float> all = destination.Slice(repetition * buckets * Inputs, buckets * Inputs);
            members.Clear();
            for (int i = 0; i < count; i++)
            {
                ReadOnlySpan<float> vector = vectors.Slice(i * Inputs, Inputs);
                numbers[i] = Bucket(vector, repetition);
                members[numbers[i]]++;
                Span<float> bucket = all.Slice(numbers[i] * Inputs, Inputs);
                for (int j = 0; j < Inputs; j++)
                    bucket[j] += vector[j];
            }
            for (int number = 0; isDocument && number < buckets; number++)
            {
                Span<float> bucket = all.Slice(number * Inputs, Inputs);
                if (members[number] == 0)
                    vectors.Slice(Nearest(numbers, number) * Inputs, Inputs).CopyTo(bucket);
                for (int j = 0; members[number] > 1 && j < Inputs; j++)
                    bucket[j] /= members[number];
            }
        }
    }

    private static int Nearest(ReadOnlySpan<int> numbers, int number)
    {
        int nearest = 0;
        for (int i = 1; i < numbers.Length; i++)
        {
            int distance = BitOperations.PopCount((uint)(numbers[i] ^ number));
            if (distance < BitOperations.PopCount((uint)(numbers[nearest] ^ number)))
                nearest = i;
        }
        return nearest;
    }

    private int Bucket(ReadOnlySpan<float> vector, int repetition)
    {
        if (_bits == 0)
            return 0;
        Span<float> projected = stackalloc float[_bits];
        fixed (float* x = vector, planes = _planes, y = projected)
            _dot(x, planes + ((nint)repetition * _bits * Inputs), _bits, Inputs, y);
        int number = 0;
        for (int i = 0; i < _bits; i++)
            number |= projected[i] > 0 ? 1 << i : 0;
        return number;
    }

    private static ulong NextRandom(ref ulong state)
    {
        ulong z = state += 0x9E37_79B9_7F4A_7C15;
        z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9;
        z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB;
        return z ^ (z >> 31);
    }
}
