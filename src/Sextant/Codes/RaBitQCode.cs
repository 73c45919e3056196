using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using Sextant.Kernels;

namespace Sextant.Codes;

/// <summary>
/// RaBitQ: the direction of a centred, randomly rotated vector in 1 to 4 bits for each dimension, and a factor with
/// which dot products are estimated without bias.
/// </summary>
/// <remarks>
/// <para>r = x − centre, or its principal components where there are any; o = P·r, P a randomised Hadamard rotation;
/// the code is the vector u of the grid {±½, ±1½, …} that has the greatest cosine with o, which the rescaling t
/// of o finds: u = sign(o)·(⌊t·|o|⌋ + ½); all t at which u changes are tried. With the factor f = ⟨o, o⟩ / ⟨u, o⟩
/// the estimate of ⟨r, q⟩ is f·⟨u, P·q⟩. A query is rotated and rounded to signed bytes.</para>
/// <para>Sources: "RaBitQ" (Gao and Long, SIGMOD 2024) for 1 bit, "Practical and Asymptotically Optimal Quantization of
/// High-Dimensional Vectors in Euclidean Space for Approximate Nearest Neighbor Search" (Gao et al., SIGMOD 2025) for
/// more. Differences: one factor instead of two where dot products are estimated, since the query is not centred; the
/// query has 8 bits, rounded to nearest, not at random.</para>
/// <para>Bytes per vector: bits · dimensions / 8 in whole words of 8 bytes, and 4 for the factor; 4 more for
/// distances. Error: estimates are unbiased over rotations; at 256 dimensions recall is in
/// bench/results/recall-of-codes.txt. The same sample gives the same bits everywhere. Immutable; thread-safe.</para>
/// </remarks>
internal sealed unsafe class RaBitQCode
{
    /// <summary>Maximum number of bits for each dimension.</summary>
    public const int MaxBits = 4;

    /// <summary>Maximum number of dimensions that are coded.</summary>
    public const int MaxCodedDimensions = 1 << 16;

    internal const ulong DefaultSeed = 0x5345_5854_414E_5421;

    private readonly DotKernel _dot = KernelSet.Chosen.Dot.Run;
    private readonly HadamardRotation _rotation;
    private readonly float[] _centre;

    /// <summary>Takes a code as it is.</summary>
    /// <param name="centre">[dimensions], finite: what is taken from a vector first.</param>
    /// <param name="bits">For each dimension; 1 to <see cref="MaxBits"/>.</param>
    /// <param name="components">What makes vectors shorter, its mean being the centre; null: nothing.</param>
    /// <param name="seed">Of the rotation's signs.</param>
    /// <exception cref="ArgumentException">A size is out of range, or a value is not finite.</exception>
    internal RaBitQCode(
        ReadOnlySpan<float> centre, int bits, LinearTransform? components = null, ulong seed = DefaultSeed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bits, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, MaxBits);
        if (centre.IsEmpty || (components is not null && components.Inputs != centre.Length))
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"a centre of {centre.Length} dimensions does not go with components of {components?.Inputs ?? 0}."),
                nameof(centre));
        }
        FiniteValues.Require(centre, nameof(centre));
        (_centre, Bits, Components, Seed) = (centre.ToArray(), bits, components, seed);
        if (CodedDimensions > MaxCodedDimensions)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"RaBitQ codes of {CodedDimensions} dimensions; up to {MaxCodedDimensions} are accepted."),
                nameof(centre));
        }
        _rotation = new HadamardRotation(CodedDimensions, seed);
    }

    /// <summary>Length of a vector.</summary>
    public int Dimensions => _centre.Length;

    /// <summary>Dimensions that are coded: the components', or the vector's own.</summary>
    public int CodedDimensions => Components?.Outputs ?? Dimensions;

    /// <summary>Bits for each dimension that is coded.</summary>
    public int Bits { get; }

    /// <summary>What makes vectors shorter before they are coded; null: nothing.</summary>
    public LinearTransform? Components { get; }

    /// <summary>Seed of the rotation.</summary>
    public ulong Seed { get; }

    /// <summary>What is taken from a vector first: [Dimensions].</summary>
    public ReadOnlySpan<float> Centre => _centre;

    /// <summary>Bytes of the packed numbers of a code.</summary>
    internal int PackedBytes => PackedCode.Bytes(CodedDimensions, Bits);

    /// <summary>Bytes of a query's signed bytes.</summary>
    internal int QueryBytes => PackedCode.QueryBytes(CodedDimensions, Bits);

    /// <summary>Fits the centre, and components where some are wanted, to a sample.</summary>
    /// <param name="vectors">[n, dimensions], row by row.</param>
    /// <param name="dimensions">Length of a vector.</param>
    /// <param name="bits">For each dimension that is coded; 1 to <see cref="MaxBits"/>.</param>
    /// <param name="components">Principal components that are coded; 0: the vectors are.</param>
    /// <exception cref="ArgumentException">There are no whole vectors, or a value is not finite.</exception>
    internal static RaBitQCode Fit(ReadOnlySpan<float> vectors, int dimensions, int bits, int components = 0)
    {
        if (components > 0)
        {
            LinearTransform fitted = LinearTransform.Fit(vectors, dimensions, components);
            return new RaBitQCode(fitted.Mean, bits, fitted);
        }
        return new RaBitQCode(LinearTransform.CentreOf(vectors, dimensions), bits);
    }

    /// <summary>Bytes of a code with its factor and, for distances, its length.</summary>
    internal int CodeBytes(bool isDistance) => PackedBytes + ((isDistance ? 2 : 1) * sizeof(float));

    /// <summary>Encodes a vector.</summary>
    /// <param name="vector">[Dimensions], finite.</param>
    /// <param name="isDistance">Whether the squared length of x − centre is kept too.</param>
    /// <param name="code">[CodeBytes]: packed numbers, factor, length.</param>
    /// <exception cref="ArgumentException">A length does not fit, or a value has no code.</exception>
    internal void Encode(ReadOnlySpan<float> vector, bool isDistance, Span<byte> code)
    {
        CodeLength.Require(Dimensions, vector.Length, nameof(vector));
        CodeLength.Require(CodeBytes(isDistance), code.Length, nameof(code));
        FiniteValues.Require(vector, nameof(vector));
        float[] memory = ArrayPool<float>.Shared.Rent(Dimensions + CodedDimensions);
        byte[] numbers = ArrayPool<byte>.Shared.Rent(CodedDimensions);
        try
        {
            Span<float> centred = memory.AsSpan(0, Dimensions), rotated = memory.AsSpan(Dimensions, CodedDimensions);
            for (int i = 0; i < centred.Length; i++)
                centred[i] = vector[i] - _centre[i];
            Rotate(centred, rotated, nameof(vector));
            Span<byte> found = numbers.AsSpan(0, CodedDimensions);
            double factor = RaBitQGrid.Nearest(rotated, Bits, found);
            PackedCode.Pack(found, Bits, code[..PackedBytes]);
            Write(code[PackedBytes..], factor);
            if (isDistance)
                Write(code[(PackedBytes + sizeof(float))..], SquaredLength(centred));
        }
        finally
        {
            ArrayPool<float>.Shared.Return(memory);
            ArrayPool<byte>.Shared.Return(numbers);
        }
    }

    /// <summary>What a code stands for: centre + the estimate of r.</summary>
    /// <param name="code">[CodeBytes].</param>
    /// <param name="vector">[Dimensions].</param>
    internal void Decode(ReadOnlySpan<byte> code, Span<float> vector)
    {
        CodeLength.Require(Dimensions, vector.Length, nameof(vector));
        vector = vector[..Dimensions];
        byte[] numbers = new byte[CodedDimensions];
        PackedCode.Unpack(code[..PackedBytes], Bits, numbers);
        float factor = BinaryPrimitives.ReadSingleLittleEndian(code[PackedBytes..]);
        float[] turned = new float[CodedDimensions];
        for (int i = 0; i < turned.Length; i++)
            turned[i] = (numbers[i] - (0.5f * ((1 << Bits) - 1))) * factor;
        _rotation.ApplyInverse(turned);
        _centre.CopyTo(vector);
        if (Components is not null)
            Components.AddInverse(turned, vector);
        else
            for (int i = 0; i < vector.Length; i++)
                vector[i] += turned[i];
    }

    /// <summary>Rounds a query for the scan.</summary>
    /// <param name="query">[Dimensions], finite.</param>
    /// <param name="isDistance">Whether scores are negated squared distances, not dot products.</param>
    /// <param name="bytes">[QueryBytes]: what codes are multiplied with.</param>
    /// <exception cref="ArgumentException">A length does not fit, or a value overflows.</exception>
    internal RaBitQQuery Prepare(ReadOnlySpan<float> query, bool isDistance, Span<sbyte> bytes)
    {
        CodeLength.Require(Dimensions, query.Length, nameof(query));
        int coded = CodedDimensions;
        Span<float> centred = Dimensions <= 4096 ? stackalloc float[Dimensions] : new float[Dimensions];
        Span<float> rotated = coded <= 4096 ? stackalloc float[coded] : new float[coded];
        float bias = 0;
        query.CopyTo(centred);
        if (isDistance)
        {
            for (int i = 0; i < centred.Length; i++)
                centred[i] -= _centre[i];
            bias = -(float)SquaredLength(centred);
        }
        else
        {
            fixed (float* x = centred, c = _centre)
                _dot(x, c, 1, Dimensions, &bias);
        }
        Rotate(centred, rotated, nameof(query));
        float greatest = 0;
        foreach (float value in rotated)
            greatest = Math.Abs(value) > greatest ? Math.Abs(value) : greatest;
        bytes.Clear();
        int sum = 0;
        for (int i = 0; i < rotated.Length && greatest > 0; i++)
        {
            bytes[i] = (sbyte)MathF.Round(rotated[i] / greatest * 127f);
            sum += bytes[i];
        }
        float scale = greatest / 127f;
        return new RaBitQQuery(((1 << Bits) - 1) * sum, isDistance ? scale : 0.5f * scale, bias);
    }

    private static double SquaredLength(ReadOnlySpan<float> vector)
    {
        double sum = 0;
        foreach (float value in vector)
            sum += (double)value * value;
        return sum;
    }

    private static void Write(Span<byte> destination, double number)
    {
        if (!float.IsFinite((float)number))
            throw TooLarge("vector");
        BinaryPrimitives.WriteSingleLittleEndian(destination, (float)number);
    }

    private static ArgumentException TooLarge(string name) =>
        new("the values are so large that their sums overflow.", name);

    private void Rotate(ReadOnlySpan<float> vector, Span<float> rotated, string name)
    {
        if (Components is not null)
            Components.Project(vector, rotated);
        else
            vector.CopyTo(rotated);
        _rotation.Apply(rotated);
        foreach (float value in rotated)
        {
            if (!float.IsFinite(value))
                throw TooLarge(name);
        }
    }
}

/// <summary>
/// What the scores of a prepared query are made with (<see cref="Kernels.PackedDot.PackedDotArguments"/>).
/// </summary>
/// <param name="Offset">(2ᵇ − 1) · Σ of the query's bytes: codes are numbers from 0 on, not the grid's.</param>
/// <param name="Scale">What a product is worth.</param>
/// <param name="Bias">What the centre adds.</param>
internal readonly record struct RaBitQQuery(int Offset, float Scale, float Bias);
