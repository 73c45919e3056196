using Sextant.Backends;
using Sextant.Tests;
using Sextant.Tests.Models;

namespace Sextant.Gpu.Tests;

/// <summary>
/// Whole models in fast mode, emulated, against exact mode: near in direction, and the same bits in any batch.
/// </summary>
[Collection(nameof(MeasuredAlone))]
public sealed class FastModelTests
{
    private static readonly string[] s_texts =
        ["a short text", "", "the second one is a little longer than the first, and has a comma", "water"];

    private static EmbeddingOptions Options => new()
    {
        Device = FastHere.Device(FastEmulation.EarlyCopies),
        Precision = Precision.Fast,
    };

    [Fact]
    public void TheDefaultModelIsNearAndIndependentOfTheBatch()
    {
        using EmbeddingModel exact = EmbeddingModel.LoadDefault();
        using EmbeddingModel fast = EmbeddingModel.LoadDefault(Options);
        Assert.Equal(Precision.Fast, fast.Card.Precision);
        var together = new float[s_texts.Length * fast.Dimensions];
        fast.Embed(s_texts, together);
        for (int i = 0; i < s_texts.Length; i++)
        {
            float[] alone = fast.Embed(s_texts[i]);
            Assert.True(together.AsSpan(i * alone.Length, alone.Length).SequenceEqual(alone), $"text {i} alone");
            double cosine = FastValues.Cosine(exact.Embed(s_texts[i]), alone);
            Assert.True(cosine >= Tolerances.FastCosine, $"text {i}: {cosine}");
            Assert.True(cosine < 1, "the bits are exact mode's own: fast mode did not run");
        }
    }

    /// <summary>
    /// Every family whose fixture is loaded: norms, masks, rotations, gates, biases and positions meet here.
    /// </summary>
    [Fact]
    public void EveryFamilyIsNear()
    {
        var near = new List<string>();
        foreach (string folder in Directory.GetDirectories(TestData.Shared("golden", "models")).Order())
        {
            string name = Path.GetFileName(folder);
            if (!File.Exists(Path.Combine(folder, "cases.json")))
                continue;
            EmbeddingModel exact;
            try
            {
                exact = EmbeddingModel.Load(folder, new() { Pooling = "mean" });
            }
            catch (SextantException)
            {
                continue; // no family of this build, as its own tests say
            }
            using (exact)
            using (var golden = new GoldenModel(name))
            using (EmbeddingModel fast = EmbeddingModel.Load(folder, Options with { Pooling = "mean" }))
            {
                foreach (TokenSequence sequence in golden.Cases.SelectMany(c => c.Sequences).Take(6))
                {
                    float[] expected = States(exact, sequence), actual = States(fast, sequence);
                    double cosine = FastValues.Cosine(expected, actual);
                    Assert.True(cosine >= Tolerances.FastCosine, $"{name}, {sequence.Ids.Length} tokens: {cosine}");
                }
                near.Add(name);
            }
        }
        Assert.True(near.Count >= 26, $"only {string.Join(", ", near)}");
    }

    [Fact]
    public void SteadyStateAllocatesNothing()
    {
        using EmbeddingModel model = EmbeddingModel.LoadDefault(Options);
        var vector = new float[model.Dimensions];
        Assert.Equal(0, Allocations.WhenSteady(() => model.Embed("a short text", vector)));
    }

    private static float[] States(EmbeddingModel model, TokenSequence sequence)
    {
        var states = new float[sequence.Ids.Length * model.Card.HiddenSize];
        model.HiddenStates(sequence, model.Card.Layers, states);
        return states;
    }
}
