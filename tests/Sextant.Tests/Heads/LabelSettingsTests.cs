using Sextant.Heads;
using Sextant.Tests.Weights;
using Sextant.Weights;

namespace Sextant.Tests.Heads;

/// <summary>What configs say of labels and of what becomes of scores.</summary>
public sealed class LabelSettingsTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("""{}""", 1, ScoreFunction.Sigmoid, ScoreFunction.Sigmoid)]
    [InlineData("""{}""", 3, ScoreFunction.Softmax, ScoreFunction.None)]
    [InlineData("""{"problem_type":"multi_label_classification"}""", 3, ScoreFunction.Sigmoid, ScoreFunction.None)]
    [InlineData("""{"problem_type":"single_label_classification"}""", 3, ScoreFunction.Softmax, ScoreFunction.None)]
    [InlineData("""{"problem_type":"regression"}""", 1, ScoreFunction.None, ScoreFunction.Sigmoid)]
    [InlineData("""{"sbert_ce_default_activation_function":"torch.nn.modules.linear.Identity"}""", 1, ScoreFunction.Sigmoid, ScoreFunction.None)]
    [InlineData("""{"sentence_transformers":{"activation_fn":"torch.nn.modules.activation.Sigmoid","version":"5"}}""", 2, ScoreFunction.Softmax, ScoreFunction.Sigmoid)]
    public void FunctionsFollowTheFile(string config, int count, ScoreFunction labels, ScoreFunction rank)
    {
        LabelSettings settings = Read(config, count, out IReadOnlyList<string> unread);
        Assert.Equal((labels, rank), (settings.LabelFunction, settings.RankFunction));
        Assert.Empty(unread);
    }

    [Fact]
    public void LabelsAreNamedByTheirNumbers()
    {
        Assert.Equal(["no", "yes", "perhaps"], Read("""{"id2label":{"1":"yes","0":"no","2":"perhaps"}}""", 3, out _).Labels);
        Assert.Equal(["LABEL_0", "LABEL_1"], Read("{}", 2, out _).Labels);
    }

    [Theory]
    [InlineData("""{"id2label":{"0":"no","2":"yes"}}""", 2, "id2label")]
    [InlineData("""{"id2label":{"0":"no"}}""", 2, "id2label")]
    [InlineData("""{"id2label":{"0":"no","00":"yes"}}""", 2, "id2label")]
    [InlineData("""{"problem_type":"ranking"}""", 1, "problem_type")]
    [InlineData("""{"sentence_transformers":{"activation_fn":"torch.nn.modules.activation.Tanh"}}""", 1, "sentence_transformers.activation_fn")]
    public void WhatIsNotKnownIsRefusedByName(string config, int count, string named)
    {
        var error = Assert.Throws<InvalidModelException>(() => Read(config, count, out _));
        Assert.Contains($"'{named}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SoftmaxAndSigmoidAreWhatTheyAreCalled()
    {
        float[] scores = [1f, -2f, 0.5f, 30f];
        float[] softmax = [.. scores], sigmoid = [.. scores];
        Scores.Apply(ScoreFunction.Softmax, softmax);
        Scores.Apply(ScoreFunction.Sigmoid, sigmoid);
        double sum = scores.Sum(x => Math.Exp(x));
        for (int i = 0; i < scores.Length; i++)
        {
            Assert.Equal(Math.Exp(scores[i]) / sum, softmax[i], 3e-7 * Math.Exp(scores[i]) / sum);
            Assert.Equal(1 / (1 + Math.Exp(-scores[i])), sigmoid[i], 3e-7);
        }
        float[] huge = [3e38f, -3e38f, 3e38f];
        Scores.Apply(ScoreFunction.Softmax, huge);
        Assert.Equal([0.5f, 0f, 0.5f], huge);
    }

    private LabelSettings Read(string json, int count, out IReadOnlyList<string> unread)
    {
        ConfigFile config = ConfigFile.Read(_folder.Write("config.json", json));
        LabelSettings settings = LabelSettings.Read(config, count);
        unread = config.UnreadKeys;
        return settings;
    }
}
