using System.Runtime.InteropServices;
using Sextant.Backends;
using Sextant.Kernels;
using Sextant.Measurement.Models;

namespace Sextant.Tests.Models;

/// <summary>
/// One text, one bit pattern: alone or in any batch, in any order, on any threads, with any instruction set.
/// </summary>
public class ExactnessTests
{
    private static readonly bool s_slow = !InstructionSets.HasFusedMultiplyAdd;

    [Fact]
    public void TheFullMatrixOnASmallModel()
    {
        string folder = Path.Combine(TestData.Fixtures, "models", "bert");
        TokenSequence[] texts = Sequences(s_slow ? 10 : TestData.IsExhaustive ? 200 : 50, 1000, s_slow ? 12 : 100);
        byte[][] expected = Alone(folder, Isa.Reference, 1, texts);
        Assert.Equal(expected.Length, expected.Select(Convert.ToHexString).Distinct().Count());
        foreach (Isa isa in KernelSets.Exact)
        {
            foreach (int threads in new[] { 1, 2, 8 })
            {
                AssertEqual(expected, Alone(folder, isa, threads, texts), $"alone, {isa}, {threads} threads");
                AssertEqual(
                    expected, Batched(folder, isa, threads, texts, seed: 1), $"batched, {isa}, {threads} threads");
                AssertEqual(expected, Batched(folder, isa, threads, texts, seed: 2),
                    $"another order, {isa}, {threads} threads");
            }
        }
    }

    /// <summary>Every family's fixture, those that can be both causal and bidirectional as both.</summary>
    public static TheoryData<string, AttentionDirection?> Families()
    {
        var data = new TheoryData<string, AttentionDirection?>();
        foreach (string name in GoldenTests.Families)
        {
            data.Add(name, null);
            if (GoldenTests.Decoders.Contains(name))
                data.Add(name, AttentionDirection.Bidirectional);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void EveryFamily(string name, AttentionDirection? attention)
    {
        string folder = TestData.Model(name);
        TokenSequence[] texts = Sequences(s_slow ? 4 : TestData.IsExhaustive ? 24 : 8, 1000, s_slow ? 12 : 60);
        byte[][] expected = Alone(folder, Isa.Reference, 1, texts, attention);
        Assert.Equal(expected.Length, expected.Select(Convert.ToHexString).Distinct().Count());
        foreach (Isa isa in KernelSets.Exact.Where(i => i != Isa.Reference))
        {
            AssertEqual(expected, Alone(folder, isa, 1, texts, attention), $"{name} alone, {isa}");
            AssertEqual(
                expected, Batched(folder, isa, 2, texts, seed: 1, attention), $"{name} batched, {isa}, 2 threads");
            AssertEqual(expected, Batched(folder, isa, 3, texts, seed: 2, attention), $"{name} another order, {isa}");
        }
    }

    [Theory]
    [InlineData("f32")]
    [InlineData("f16")]
    [InlineData("bf16")]
    public void TheShapeOfMiniLm(string type)
    {
        if (s_slow)
            Assert.Skip("This shape takes minutes where fused multiply-adds are computed in software.");
        string root = Path.Combine(Path.GetTempPath(), $"sextant-tests-{Environment.ProcessId}");
        try
        {
            string folder = SyntheticModel.MiniLm.Write(root, type);
            TokenSequence[] texts = Sequences(TestData.IsExhaustive ? 6 : 3, 30000, 40);
            byte[][] expected = Alone(folder, Isa.Reference, 1, texts);
            foreach (Isa isa in KernelSets.Exact.Where(i => i != Isa.Reference))
            {
                AssertEqual(expected, Alone(folder, isa, 1, texts), $"alone, {isa}");
                AssertEqual(expected, Batched(folder, isa, 2, texts, seed: 1), $"batched, {isa}, 2 threads");
            }
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [Fact]
    public void ManyCallersAtOnce()
    {
        using EmbeddingModel model = Load(
            Path.Combine(TestData.Fixtures, "models", "bert"), InstructionSets.Supported[0], 2);
        TokenSequence[] texts = Sequences(s_slow ? 4 : 64, 1000, s_slow ? 8 : 60);
        var expected = new float[texts.Length * model.Dimensions];
        model.EmbedTokens(texts, expected);
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ =>
        {
            var actual = new float[expected.Length];
            for (int round = 0; round < 5; round++)
            {
                model.EmbedTokens(texts, actual);
                Assert.True(expected.AsSpan().SequenceEqual(actual));
            }
        });
    }

    private static EmbeddingModel Load(
        string folder, Isa isa, int threads, AttentionDirection? attention = null,
        Precision precision = Precision.Exact) =>
        EmbeddingModel.Load(
            folder,
            new()
            {
                Pooling = "mean",
                Normalize = true,
                Threads = threads,
                Attention = attention,
                Precision = precision,
            },
            new KernelSet(isa));

    internal static byte[][] Alone(
        string folder, Isa isa, int threads, TokenSequence[] texts, AttentionDirection? attention = null,
        Precision precision = Precision.Exact)
    {
        using EmbeddingModel model = Load(folder, isa, threads, attention, precision);
        var vector = new float[model.Dimensions];
        return Array.ConvertAll(texts, text =>
        {
            model.EmbedTokens([text], vector);
            return MemoryMarshal.AsBytes(vector.AsSpan()).ToArray();
        });
    }

    // Batches of 64 in a shuffled order, the results put back.
    internal static byte[][] Batched(
        string folder, Isa isa, int threads, TokenSequence[] texts, int seed, AttentionDirection? attention = null,
        Precision precision = Precision.Exact)
    {
        using EmbeddingModel model = Load(folder, isa, threads, attention, precision);
        int[] order = [.. Enumerable.Range(0, texts.Length)];
        new Random(seed).Shuffle(order);
        var result = new byte[texts.Length][];
        foreach (int[] batch in order.Chunk(64))
        {
            var vectors = new float[batch.Length * model.Dimensions];
            model.EmbedTokens(Array.ConvertAll(batch, i => texts[i]), vectors);
            for (int i = 0; i < batch.Length; i++)
                result[batch[i]] = MemoryMarshal.AsBytes(
                    vectors.AsSpan(i * model.Dimensions, model.Dimensions)).ToArray();
        }
        return result;
    }

    internal static TokenSequence[] Sequences(int count, int vocabulary, int longest)
    {
        var random = new Random(11);
        var texts = new TokenSequence[count];
        for (int i = 0; i < count; i++)
        {
            var ids = new int[1 + random.Next(longest)];
            for (int t = 0; t < ids.Length; t++)
                ids[t] = random.Next(vocabulary);
            texts[i] = new TokenSequence(ids);
        }
        return texts;
    }

    internal static void AssertEqual(byte[][] expected, byte[][] actual, string what)
    {
        for (int i = 0; i < expected.Length; i++)
            Assert.True(expected[i].AsSpan().SequenceEqual(actual[i]), $"{what}: text {i} has other bits.");
    }
}
