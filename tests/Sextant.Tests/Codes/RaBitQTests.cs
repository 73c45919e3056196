using System.Buffers.Binary;
using Sextant.Codes;

namespace Sextant.Tests.Codes;

/// <summary>
/// RaBitQ codes against their definition in double: the grid's nearest direction by trying, unbiased estimates.
/// </summary>
public sealed class RaBitQTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(64)]
    [InlineData(170)]
    [InlineData(256)]
    [InlineData(383)]
    public void ARotationKeepsLengthsAndAnglesAndTurnsBack(int dimensions)
    {
        var rotation = new HadamardRotation(dimensions, 7);
        float[] a = Bell(1, dimensions), b = Bell(2, dimensions), ra = [.. a], rb = [.. b];
        rotation.Apply(ra);
        rotation.Apply(rb);
        Assert.Equal(Dot(a, a), Dot(ra, ra), 1e-3);
        Assert.Equal(Dot(a, b), Dot(ra, rb), 1e-3);
        rotation.ApplyInverse(ra);
        for (int i = 0; i < dimensions; i++)
            Assert.Equal(a[i], ra[i], 1e-5);
    }

    // All signs are of the seed: another one turns elsewhere, and what lies in one value is spread over all.
    [Theory]
    [InlineData(128)]
    [InlineData(170)]
    [InlineData(255)]
    public void ARotationSpreadsOneValueOverAll(int dimensions)
    {
        for (int at = 0; at < dimensions; at += 41)
        {
            float[] one = new float[dimensions], other = new float[dimensions];
            (one[at], other[at]) = (1, 1);
            new HadamardRotation(dimensions, 1).Apply(one);
            new HadamardRotation(dimensions, 2).Apply(other);
            Assert.NotEqual(one, other);
            Assert.All(one, value => Assert.InRange(Math.Abs(value), 0, 6 / Math.Sqrt(dimensions)));
        }
    }

    // The first words of SplitMix64 from 1234567, as published with the generator.
    [Fact]
    public void SignsAreThoseOfSplitMix64()
    {
        ulong[] words = [6457827717110365317, 3203168211198807973];
        float[] vector = new float[64];
        // Two rounds of a length that is a power of two: signs, transform, signs, transform.
        for (int i = 0; i < 64; i++)
            vector[i] = (words[0] >> i & 1) != 0 ? -1 : 1;
        new HadamardRotation(64, 1234567).Apply(vector);
        // After the first signs all are 1; the transform leaves 8 in the first place, the second one spreads it.
        float expected = (words[1] & 1) != 0 ? -1 : 1;
        Assert.All(vector, value => Assert.Equal(expected, value));
    }

    [Theory]
    [InlineData(1, 6)]
    [InlineData(2, 6)]
    [InlineData(3, 4)]
    [InlineData(4, 3)]
    public void TheCodeIsTheGridsNearestDirection(int bits, int dimensions)
    {
        for (int seed = 0; seed < 40; seed++)
        {
            float[] vector = Bell(seed, dimensions);
            byte[] numbers = new byte[dimensions];
            double factor = RaBitQGrid.Nearest(vector, bits, numbers);
            double[] found = [.. numbers.Select(number => number - (((1 << bits) - 1) / 2.0))];
            double best = 0;
            for (int code = 0; code < 1 << (bits * dimensions); code++)
            {
                double dot = 0, squares = 0;
                for (int i = 0; i < dimensions; i++)
                {
                    double u = (code >> (i * bits) & ((1 << bits) - 1)) - (((1 << bits) - 1) / 2.0);
                    dot += u * vector[i];
                    squares += u * u;
                }
                best = Math.Max(best, dot / Math.Sqrt(squares));
            }
            double reached = found.Zip(vector).Sum(one => one.First * one.Second);
            Assert.Equal(best, reached / Math.Sqrt(found.Sum(u => u * u)), 1e-9);
            Assert.Equal(vector.Sum(v => (double)v * v) / reached, factor, 1e-9);
        }
    }

    [Fact]
    public void NumbersArePackedAndUnpacked()
    {
        var random = new Random(5);
        for (int bits = 1; bits <= RaBitQCode.MaxBits; bits++)
        {
            for (int dimensions = 1; dimensions < 300; dimensions++)
            {
                byte[] numbers = [.. Enumerable.Range(0, dimensions).Select(_ => (byte)random.Next(1 << bits))];
                byte[] code = new byte[PackedCode.Bytes(dimensions, bits)], unpacked = new byte[dimensions];
                PackedCode.Pack(numbers, bits, code);
                PackedCode.Unpack(code, bits, unpacked);
                Assert.Equal(numbers, unpacked);
                Assert.InRange(code.Length * 8, bits * dimensions, (bits * dimensions) + 191);
            }
        }
    }

    // Means over seeds are unbiased; the spread is of the order that the paper gives, |r|·|q| / (√n·2ᵇ).
    [Theory]
    [InlineData(1, 128)]
    [InlineData(2, 128)]
    [InlineData(3, 100)]
    [InlineData(4, 100)]
    public void EstimatesAreUnbiasedOverRotations(int bits, int dimensions)
    {
        const int Seeds = 400;
        float[] centre = Bell(3, dimensions), vector = Bell(4, dimensions), query = Bell(5, dimensions);
        double exact = Dot(vector, query), sum = 0, squares = 0;
        for (int seed = 0; seed < Seeds; seed++)
        {
            var code = new RaBitQCode(centre, bits, seed: (ulong)seed);
            double error = Score(code, vector, query, isDistance: false) - exact;
            sum += error;
            squares += error * error;
        }
        double spread = Math.Sqrt(squares / Seeds);
        Assert.InRange(Math.Abs(sum / Seeds), 0, 4 * spread / Math.Sqrt(Seeds));
        float[] rest = [.. vector.Zip(centre).Select(one => one.First - one.Second)];
        double scale = Math.Sqrt(Dot(rest, rest) * Dot(query, query) / dimensions);
        Assert.InRange(spread / scale, 0.2 / (1 << bits), 3.0 / (1 << bits));
    }

    [Fact]
    public void DistancesAreEstimatedToo()
    {
        const int N = 200;
        float[] centre = Bell(3, N), vector = Bell(4, N), query = Bell(5, N);
        var code = new RaBitQCode(centre, 4);
        double exact = vector.Zip(query).Sum(one => Math.Pow(one.First - one.Second, 2));
        Assert.Equal(-exact, Score(code, vector, query, isDistance: true), exact * 0.05);
        // A vector at the centre has no direction, and is as far as it is.
        double distance = centre.Zip(query).Sum(one => Math.Pow(one.First - one.Second, 2));
        Assert.Equal(-distance, Score(code, centre, query, isDistance: true), distance * 1e-5);
    }

    [Fact]
    public void ComponentsAreOfTheCode()
    {
        const int N = 40, Count = 300, Kept = 12;
        // Most varies in a few directions.
        float[] vectors = Bell(6, Count * N);
        for (int i = 0; i < vectors.Length; i++)
            vectors[i] = 1 + (vectors[i] * (i % N < 10 ? 1f : 0.02f));
        RaBitQCode code = RaBitQCode.Fit(vectors, N, 4, Kept);
        Assert.Equal((N, Kept, 4), (code.Dimensions, code.CodedDimensions, code.Bits));
        float[] query = Bell(7, N), decoded = new float[N];
        for (int i = 0; i < 20; i++)
        {
            float[] vector = vectors[(i * N)..((i + 1) * N)];
            Assert.Equal(Dot(vector, query), Score(code, vector, query, isDistance: false), 1.0);
            byte[] bytes = new byte[code.CodeBytes(isDistance: false)];
            code.Encode(vector, isDistance: false, bytes);
            code.Decode(bytes, decoded);
            Assert.All(decoded.Zip(vector), pair => Assert.Equal(pair.Second, pair.First, 0.5));
        }
    }

    [Fact]
    public void WhatHasNoCodeIsRefused()
    {
        float[] centre = new float[8];
        Assert.Throws<ArgumentOutOfRangeException>(() => new RaBitQCode(centre, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RaBitQCode(centre, 5));
        Assert.Throws<ArgumentException>(() => new RaBitQCode([], 1));
        Assert.Throws<ArgumentException>(() => new RaBitQCode([1, float.NaN], 1));
        Assert.Throws<ArgumentException>(() => new RaBitQCode(centre, 1, new LinearTransform([0f], [1f])));
        var code = new RaBitQCode(centre, 2);
        byte[] bytes = new byte[code.CodeBytes(isDistance: true)];
        Assert.Throws<ArgumentException>(() => code.Encode(new float[7], true, bytes));
        float[] huge = [.. Enumerable.Repeat(3e38f, 8)];
        Assert.Contains("overflow", Assert.Throws<ArgumentException>(() => code.Encode(huge, true, bytes)).Message);
        Assert.Contains("overflow",
            Assert.Throws<ArgumentException>(() => code.Prepare(huge, false, new sbyte[code.QueryBytes])).Message);
        // Neither nothing nor nearly nothing is an error.
        code.Encode(centre, true, bytes);
        Assert.Equal(0, BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(code.PackedBytes)));
        code.Encode([1e-44f, 0, 0, 0, 0, 0, 0, 0], true, bytes);
        Assert.True(float.IsFinite(BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(code.PackedBytes))));
    }

    // The estimate from its parts: the query's bytes and the code's numbers, in double.
    private static double Score(RaBitQCode code, float[] vector, float[] query, bool isDistance)
    {
        byte[] bytes = new byte[code.CodeBytes(isDistance)], numbers = new byte[code.CodedDimensions];
        sbyte[] asked = new sbyte[code.QueryBytes];
        code.Encode(vector, isDistance, bytes);
        RaBitQQuery prepared = code.Prepare(query, isDistance, asked);
        PackedCode.Unpack(bytes.AsSpan(0, code.PackedBytes), code.Bits, numbers);
        long sum = 0;
        for (int i = 0; i < numbers.Length; i++)
            sum += numbers[i] * asked[i];
        float factor = BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(code.PackedBytes));
        double score = (((2 * sum) - prepared.Offset) * (double)factor * prepared.Scale) + prepared.Bias;
        return isDistance ? score - BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(code.PackedBytes + 4)) : score;
    }

    private static double Dot(float[] left, float[] right) =>
        left.Zip(right).Sum(one => (double)one.First * one.Second);

    // A bell curve, nearly: sums of twelve.
    private static float[] Bell(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(
            _ => (float)(Enumerable.Range(0, 12).Sum(_ => random.NextDouble()) - 6))];
    }
}
