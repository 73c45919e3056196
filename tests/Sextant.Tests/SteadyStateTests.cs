using System.Runtime.InteropServices;
using Sextant.Measurement.Models;
using Sextant.Runtime;

namespace Sextant.Tests;

/// <summary>
/// After warm-up a call allocates nothing, and memory stays where it is. Alone, since memory is the process's.
/// </summary>
[Collection(nameof(MeasuredAlone))]
public class SteadyStateTests
{
    private static EmbeddingModel Load() => EmbeddingModel.LoadDefault();

    [Fact]
    public void EmbeddingATextAllocatesNothing()
    {
        using EmbeddingModel model = Load();
        var vector = new float[model.Dimensions];
        string[] texts = SomeTexts.Make(50, 40);
        Assert.Equal(0, Allocations.WhenSteady(() =>
        {
            foreach (string text in texts)
                model.Embed(text, vector);
        }));
    }

    [Fact]
    public void EmbeddingABatchAllocatesNothing()
    {
        using EmbeddingModel model = Load();
        string[] texts = SomeTexts.Make(100, 40);
        var vectors = new float[texts.Length * model.Dimensions];
        var reports = new TextReport[texts.Length];
        Assert.Equal(0, Allocations.WhenSteady(() => model.Embed(texts, vectors, reports)));
    }

    [Theory]
    [InlineData("qwen3")]
    [InlineData("gemma2")]
    [InlineData("embeddinggemma")]
    [InlineData("mpnet")]
    [InlineData("jina_bert_v2")]
    [InlineData("modernbert")]
    public void OtherFamiliesAllocateNothing(string fixture)
    {
        using EmbeddingModel model = EmbeddingModel.Load(
            TestData.Model(fixture), new() { Pooling = "mean", Normalize = true, Threads = 2 });
        TokenSequence[] texts = [.. Enumerable.Range(1, 60)
            .Select(n => new TokenSequence(Enumerable.Range(5, n).ToArray()))];
        var vectors = new float[texts.Length * model.Dimensions];
        Assert.Equal(0, Allocations.WhenSteady(() => model.EmbedTokens(texts, vectors)));
    }

    [Fact]
    public void MemoryIsFlatOverTenThousandTexts()
    {
        using EmbeddingModel model = Load();
        string[] texts = SomeTexts.Make(10_000, 12);
        var vectors = new float[texts.Length * model.Dimensions];
        EmbedThemAll();
        long native = NativeBlock.LiveBytes;
        Assert.Equal(0, Allocations.WhenSteady(EmbedThemAll));
        Assert.Equal(native, NativeBlock.LiveBytes);

        void EmbedThemAll()
        {
            model.Embed(texts, vectors);
            for (int i = 0; i < texts.Length; i += 7)
                model.Embed(texts[i], vectors.AsSpan(0, model.Dimensions));
        }
    }

    [Theory]
    [InlineData("f32")]
    [InlineData("f16")]
    public void LoadingTakesLittleMoreThanThePackedWeights(string type)
    {
        if (!File.Exists("/proc/self/clear_refs")
            || !RuntimeInformation.RuntimeIdentifier.StartsWith("linux-x64", StringComparison.Ordinal))
            Assert.Skip(
                "Only Linux tells a process the peak of its memory, and only glibc gives free memory back on demand.");
        string root = Path.Combine(Path.GetTempPath(), $"sextant-memory-{Environment.ProcessId}");
        try
        {
            string folder = SyntheticModel.MiniLm.Write(root, type);
            // What earlier tests freed must not count as there already.
            GC.Collect();
            _ = TrimFreeMemory(0);
            File.WriteAllText("/proc/self/clear_refs", "5");
            long before = Status("VmRSS");
            using EmbeddingModel model = EmbeddingModel.Load(folder, new() { Pooling = "mean" });
            long peak = Status("VmHWM") - before;
            Assert.True(peak <= model.Card.PackedBytes + (64 << 20),
                $"{peak >> 20} MiB for {model.Card.PackedBytes >> 20} MiB of weights");
            Assert.True(Status("VmHWM") >= model.Card.PackedBytes, "The measurement does not see the weights.");
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [DllImport("libc", EntryPoint = "malloc_trim")]
    private static extern int TrimFreeMemory(nuint keep);

    private static long Status(string name)
    {
        string line = File.ReadLines("/proc/self/status")
            .Single(l => l.StartsWith(name + ":", StringComparison.Ordinal));
        return long.Parse(line.AsSpan(name.Length + 1).Trim().TrimEnd("kB ").Trim(),
            System.Globalization.CultureInfo.InvariantCulture) << 10;
    }

    [Fact]
    public void DisposingFreesEverything()
    {
        long before = NativeBlock.LiveBytes;
        using (EmbeddingModel model = Load())
        {
            model.Embed("some words");
            Assert.True(NativeBlock.LiveBytes > before);
        }
        Assert.Equal(before, NativeBlock.LiveBytes);
    }
}
