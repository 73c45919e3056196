using System.Text.Json;
using Sextant.Backends;
using Sextant.Measurement.Models;
using Sextant.Models;
using Sextant.Tests;
using Sextant.Tests.Models;

namespace Sextant.Gpu.Tests;

/// <summary>Whole models on a device: the processor's bits, alone and in any batch.</summary>
[Collection(nameof(MeasuredAlone))]
public sealed class DeviceModelTests
{
    private static readonly string[] s_poolings =
        ["cls", "mean", "max", "mean_sqrt_len_tokens", "weightedmean", "lasttoken", "cls+mean"];

    [Fact]
    public void TheBertFixtureIsEqual()
    {
        using var golden = new GoldenModel("bert");
        foreach (Device device in DeviceHere.Kinds)
            AssertSameStates(golden, device);
        GoldenCase item = golden.Cases.Single(c => c.Name == "mixed");
        foreach (string pooling in s_poolings)
        {
            var options = new EmbeddingOptions { Pooling = pooling, Normalize = true };
            float[] expected = Embed(golden.Folder, options, item.Sequences);
            Assert.Equal(expected, Embed(golden.Folder, options with { Device = DeviceHere.Device }, item.Sequences));
        }
    }

    /// <summary>Every fixture of a family that this build knows, of its own accord when one is added.</summary>
    [Fact]
    public void EveryFamilyIsEqual()
    {
        var equal = new List<string>();
        foreach (string folder in Directory.GetDirectories(TestData.Shared("golden", "models")).Order())
        {
            string name = Path.GetFileName(folder);
            if (!IsKnown(folder) || !File.Exists(Path.Combine(folder, "cases.json")))
                continue;
            try
            {
                EmbeddingModel.Load(folder, new() { Pooling = "mean" }).Dispose();
            }
            catch (InvalidModelException)
            {
                continue; // what the processor does not load is not for a device either; the family's own tests say so
            }
            using var golden = new GoldenModel(name);
            AssertSameStates(golden, DeviceHere.Device);
            equal.Add(name);
        }
        Assert.True(equal.Count >= 26, $"only {string.Join(", ", equal)}");
    }

    [Fact]
    public void AverageOfLayersAndFewerDimensionsAreEqual()
    {
        string folder = Path.Combine(TestData.Fixtures, "models", "bert");
        TokenSequence[] texts = Sequences(20, 1000, 60);
        foreach (EmbeddingOptions options in new EmbeddingOptions[]
        {
            new() { Pooling = "mean", AverageLayers = [0, 1, 2] },
            new() { Pooling = "mean", Dimensions = 17, Normalize = true },
            new() { Pooling = "cls+max", Dimensions = 70 },
        })
        {
            Assert.Equal(
                Embed(folder, options, texts), Embed(folder, options with { Device = DeviceHere.Device }, texts));
        }
    }

    [Theory]
    [InlineData("f32")]
    [InlineData("f16")]
    [InlineData("bf16")]
    public void TheShapeOfMiniLm(string type)
    {
        Device device = DeviceHere.Device;
        string root = Path.Combine(Path.GetTempPath(), $"sextant-gpu-tests-{Environment.ProcessId}-{type}");
        try
        {
            string folder = SyntheticModel.MiniLm.Write(root, type);
            TokenSequence[] texts = Sequences(12, 30000, 90);
            var options = new EmbeddingOptions { Pooling = "mean", Normalize = true };
            float[] expected = Embed(folder, options, texts);
            using EmbeddingModel model = EmbeddingModel.Load(folder, options with { Device = device });
            var batch = new float[expected.Length];
            model.EmbedTokens(texts, batch);
            Assert.Equal(expected, batch);
            for (int i = 0; i < texts.Length; i++)
            {
                var alone = new float[model.Dimensions];
                model.EmbedTokens([texts[i]], alone);
                Assert.True(
                    alone.AsSpan().SequenceEqual(expected.AsSpan(i * alone.Length, alone.Length)), $"text {i} alone");
            }
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [Fact]
    public void TheDefaultModelIsEqualInAnyOrder()
    {
        string[] texts = [.. SomeTexts.Make(60, 50), "", "a", new string('x', 3000)];
        using EmbeddingModel cpu = EmbeddingModel.LoadDefault();
        using EmbeddingModel model = EmbeddingModel.LoadDefault(new() { Device = DeviceHere.Device });
        Assert.StartsWith(DeviceHere.Device.Name, model.Card.Device, StringComparison.Ordinal);
        int[] order = [.. Enumerable.Range(0, texts.Length)];
        new Random(5).Shuffle(order);
        var vectors = new float[texts.Length * model.Dimensions];
        model.Embed(Array.ConvertAll(order, i => texts[i]), vectors);
        for (int i = 0; i < order.Length; i++)
        {
            Assert.True(
                vectors.AsSpan(i * model.Dimensions, model.Dimensions).SequenceEqual(cpu.Embed(texts[order[i]])),
                $"text {order[i]}");
        }
    }

    [Fact]
    public void ManyCallersAtOnce()
    {
        using EmbeddingModel model = EmbeddingModel.LoadDefault(new() { Device = DeviceHere.Device });
        string[] texts = SomeTexts.Make(30, 40);
        var expected = new float[texts.Length * model.Dimensions];
        model.Embed(texts, expected);
        Parallel.For(0, 6, new ParallelOptions { MaxDegreeOfParallelism = 6 }, _ =>
        {
            var actual = new float[expected.Length];
            for (int round = 0; round < 3; round++)
            {
                model.Embed(texts, actual);
                Assert.True(expected.AsSpan().SequenceEqual(actual));
            }
        });
    }

    [Fact]
    public void SteadyStateAllocatesNothing()
    {
        using EmbeddingModel model = EmbeddingModel.LoadDefault(new() { Device = DeviceHere.Device });
        string[] texts = SomeTexts.Make(20, 30);
        var vectors = new float[texts.Length * model.Dimensions];
        Assert.Equal(0, Allocations.WhenSteady(() =>
        {
            model.Embed(texts, vectors);
            model.Embed(texts[0], vectors);
        }));
    }

    [Fact]
    public void CancellingLeavesTheModelUsable()
    {
        using EmbeddingModel model = EmbeddingModel.LoadDefault(new() { Device = DeviceHere.Device });
        string[] texts = SomeTexts.Make(300, 100);
        var vectors = new float[texts.Length * model.Dimensions];
        using var source = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => model.Embed(
            texts, vectors, progress: new StopAtOnce(source), cancellationToken: source.Token));
        using EmbeddingModel cpu = EmbeddingModel.LoadDefault();
        Assert.Equal(cpu.Embed("still here"), model.Embed("still here"));
    }

    private static bool IsKnown(string folder)
    {
        using JsonDocument config = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "config.json")));
        string type = config.RootElement.GetProperty("model_type").GetString()!;
        return ModelCatalog.Families.Any(family => family.ModelType == type);
    }

    private static void AssertSameStates(GoldenModel golden, Device device)
    {
        var options = new EmbeddingOptions { Pooling = "mean" };
        using EmbeddingModel cpu = EmbeddingModel.Load(golden.Folder, options);
        using EmbeddingModel model = EmbeddingModel.Load(golden.Folder, options with { Device = device });
        int compared = 0;
        foreach (GoldenCase item in golden.Cases)
        {
            foreach (TokenSequence sequence in item.Sequences)
            {
                var expected = new float[sequence.Ids.Length * cpu.Card.HiddenSize];
                var actual = new float[expected.Length];
                cpu.HiddenStates(sequence, cpu.Card.Layers, expected);
                model.HiddenStates(sequence, cpu.Card.Layers, actual);
                Assert.True(
                    expected.AsSpan().SequenceEqual(actual), $"{golden.Folder} {item.Name}, sequence {compared}");
                compared++;
            }
        }
        Assert.True(compared > 0);
    }

    private static float[] Embed(string folder, EmbeddingOptions options, TokenSequence[] texts)
    {
        using EmbeddingModel model = EmbeddingModel.Load(folder, options);
        var vectors = new float[texts.Length * model.Dimensions];
        model.EmbedTokens(texts, vectors);
        return vectors;
    }

    private static TokenSequence[] Sequences(int count, int vocabulary, int longest)
    {
        var random = new Random(11);
        return [.. Enumerable.Range(0, count).Select(_ => new TokenSequence(
            Enumerable.Range(0, 1 + random.Next(longest)).Select(_ => random.Next(vocabulary)).ToArray()))];
    }

    private sealed class StopAtOnce(CancellationTokenSource source) : IProgress<int>
    {
        public void Report(int value) => source.Cancel();
    }
}
