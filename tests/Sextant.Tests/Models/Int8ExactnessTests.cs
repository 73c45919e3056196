using System.Runtime.InteropServices;
using Sextant.Backends;
using Sextant.Kernels;
using Sextant.Measurement.Models;

namespace Sextant.Tests.Models;

/// <summary>
/// In bytes too, one text has one bit pattern: alone or in any batch, in any order, on any threads, with any
/// instruction set; and it is near the exact one.
/// </summary>
public class Int8ExactnessTests
{
    private static readonly bool s_slow = !InstructionSets.HasFusedMultiplyAdd;

    [Fact]
    public void TheFullMatrixOnASmallModel()
    {
        string folder = Path.Combine(TestData.Fixtures, "models", "bert");
        TokenSequence[] texts = ExactnessTests.Sequences(s_slow ? 10 : 40, 1000, s_slow ? 12 : 100);
        byte[][] expected = Alone(folder, Isa.Reference, 1, texts);
        Assert.Equal(expected.Length, expected.Select(Convert.ToHexString).Distinct().Count());
        foreach (Isa isa in KernelSets.Int8)
        {
            foreach (int threads in new[] { 1, 2, 8 })
            {
                ExactnessTests.AssertEqual(
                    expected, Alone(folder, isa, threads, texts), $"alone, {isa}, {threads} threads");
                ExactnessTests.AssertEqual(
                    expected, Batched(folder, isa, threads, texts, 1), $"batched, {isa}, {threads} threads");
                ExactnessTests.AssertEqual(
                    expected, Batched(folder, isa, threads, texts, 2), $"another order, {isa}, {threads} threads");
            }
        }
    }

    [Theory]
    [MemberData(nameof(ExactnessTests.Families), MemberType = typeof(ExactnessTests))]
    public void EveryFamily(string name, AttentionDirection? attention)
    {
        string folder = TestData.Model(name);
        int count = s_slow ? 4 : TestData.IsExhaustive ? 8 : 3;
        TokenSequence[] texts = ExactnessTests.Sequences(count, 1000, s_slow ? 12 : 60);
        byte[][] expected = Alone(folder, Isa.Reference, 1, texts, attention);
        foreach (Isa isa in KernelSets.Int8.Where(i => i != Isa.Reference))
        {
            ExactnessTests.AssertEqual(
                expected, Alone(folder, isa, 1, texts, attention), $"{name} alone, {isa}");
            ExactnessTests.AssertEqual(
                expected, Batched(folder, isa, 2, texts, 1, attention), $"{name} batched, {isa}, 2 threads");
        }
        byte[][] exact = ExactnessTests.Alone(folder, InstructionSets.Supported[0], 1, texts, attention);
        for (int i = 0; i < texts.Length; i++)
            Assert.InRange(Cosine(exact[i], expected[i]), Tolerances.MinInt8Cosine, 1.000001);
    }

    /// <summary>
    /// As the models that people use are: how weights are stored must not matter but for what they hold.
    /// </summary>
    [Theory]
    [InlineData("f32")]
    [InlineData("f16")]
    [InlineData("bf16")]
    public void TheShapeOfMiniLm(string type)
    {
        if (s_slow)
            Assert.Skip("This shape takes minutes where fused multiply-adds are computed in software.");
        string root = Path.Combine(Path.GetTempPath(), $"sextant-int8-{Environment.ProcessId}");
        try
        {
            string folder = SyntheticModel.MiniLm.Write(root, type);
            TokenSequence[] texts = ExactnessTests.Sequences(4, 30000, 40);
            byte[][] expected = Alone(folder, KernelSets.Int8.First(), 1, texts);
            foreach (Isa isa in KernelSets.Int8.Where(i => i != Isa.Reference))
                ExactnessTests.AssertEqual(expected, Batched(folder, isa, 2, texts, 1), $"batched, {isa}, 2 threads");
            using EmbeddingModel model = EmbeddingModel.Load(
                folder, new() { Pooling = "mean", Precision = Precision.Int8, Threads = 1 });
            // 22.7 million weights.
            Assert.InRange(model.Card.PackedBytes, 22_000_000, 25_000_000);
            Assert.Equal("I8", model.Card.StoredType);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    /// <summary>Products of bfloat16 numbers keep the order of the exact ones: the same promise.</summary>
    [Theory]
    [MemberData(nameof(ExactnessTests.Families), MemberType = typeof(ExactnessTests))]
    public void EveryFamilyInBFloat16(string name, AttentionDirection? attention)
    {
        string folder = TestData.Model(name);
        int count = TestData.IsExhaustive && !s_slow ? 6 : 3;
        TokenSequence[] texts = ExactnessTests.Sequences(count, 1000, s_slow ? 12 : 50);
        byte[][] expected = ExactnessTests.Alone(folder, Isa.Reference, 1, texts, attention, Precision.BFloat16);
        foreach (Isa isa in KernelSets.BFloat16.Where(i => i != Isa.Reference))
        {
            ExactnessTests.AssertEqual(
                expected, ExactnessTests.Alone(folder, isa, 1, texts, attention, Precision.BFloat16),
                $"{name} alone, {isa}");
            ExactnessTests.AssertEqual(
                expected, ExactnessTests.Batched(folder, isa, 2, texts, 1, attention, Precision.BFloat16),
                $"{name} batched, {isa}, 2 threads");
        }
        byte[][] exact = ExactnessTests.Alone(folder, InstructionSets.Supported[0], 1, texts, attention);
        for (int i = 0; i < texts.Length; i++)
            Assert.InRange(Cosine(exact[i], expected[i]), Tolerances.MinBFloat16Cosine, 1.000001);
    }

    internal static byte[][] Alone(
        string folder, Isa isa, int threads, TokenSequence[] texts, AttentionDirection? attention = null) =>
        ExactnessTests.Alone(folder, isa, threads, texts, attention, Precision.Int8);

    private static byte[][] Batched(
        string folder, Isa isa, int threads, TokenSequence[] texts, int seed, AttentionDirection? attention = null) =>
        ExactnessTests.Batched(folder, isa, threads, texts, seed, attention, Precision.Int8);

    internal static double Cosine(byte[] left, byte[] right)
    {
        ReadOnlySpan<float> a = MemoryMarshal.Cast<byte, float>(left);
        ReadOnlySpan<float> b = MemoryMarshal.Cast<byte, float>(right);
        double products = 0, squares = 0, others = 0;
        for (int i = 0; i < a.Length; i++)
        {
            products += (double)a[i] * b[i];
            squares += (double)a[i] * a[i];
            others += (double)b[i] * b[i];
        }
        return products / Math.Sqrt(squares * others);
    }
}
