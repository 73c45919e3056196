using System.Globalization;

namespace Sextant.Tests;

/// <summary>The façade on the default model: what a caller sees.</summary>
public class EmbeddingModelTests
{
    [Fact]
    public void ATextIsTheSameAloneAndInABatch()
    {
        using EmbeddingModel model = EmbeddingModel.LoadDefault();
        string[] texts = [.. SomeTexts.Make(90, 60), "", "a", new string('x', 3000)];
        var vectors = new float[texts.Length * model.Dimensions];
        var reports = new TextReport[texts.Length];
        model.Embed(texts, vectors, reports);
        for (int i = 0; i < texts.Length; i++)
        {
            var alone = new float[model.Dimensions];
            Assert.Equal(reports[i], model.Embed(texts[i], alone));
            Assert.True(vectors.AsSpan(i * model.Dimensions, model.Dimensions).SequenceEqual(alone), $"text {i}");
            Assert.Equal(1.0, alone.Sum(v => (double)v * v), 1e-5);
        }
    }

    [Fact]
    public void AWindowOfManyTextsKeepsTheirOrder()
    {
        using EmbeddingModel model = EmbeddingModel.LoadDefault();
        string[] texts = SomeTexts.Make(4500, 3);
        var vectors = new float[texts.Length * model.Dimensions];
        int last = 0;
        model.Embed(texts, vectors, progress: new Report(done => { Assert.True(done > last); last = done; }));
        Assert.Equal(texts.Length, last);
        foreach (int i in new[] { 0, 1, 4095, 4096, 4499 })
            Assert.True(vectors.AsSpan(i * model.Dimensions, model.Dimensions).SequenceEqual(model.Embed(texts[i])),
                $"text {i}");
    }

    [Fact]
    public void WhatIsCutIsReported()
    {
        string text = string.Join(' ', Enumerable.Repeat("water", 20));
        using EmbeddingModel right = EmbeddingModel.LoadDefault(new() { MaxTokens = 10 });
        using EmbeddingModel left = EmbeddingModel.LoadDefault(new() { MaxTokens = 10, Truncation = Truncation.Left });
        using EmbeddingModel strict = EmbeddingModel.LoadDefault(
            new() { MaxTokens = 10, Truncation = Truncation.Error });
        var vector = new float[right.Dimensions];
        Assert.Equal(new TextReport(10, 12), right.Embed(text, vector));
        Assert.Equal(right.Embed(string.Join(' ', Enumerable.Repeat("water", 8))), vector);
        Assert.Equal(new TextReport(10, 12), left.Embed("music " + text, vector) with { Truncated = 12 });
        Assert.Equal(right.Embed(string.Join(' ', Enumerable.Repeat("water", 8))), vector);
        var error = Assert.Throws<TextTooLongException>(
            () => strict.Embed(["fine", text], new float[2 * vector.Length]));
        Assert.Equal((1, 22, 10), (error.Index, error.Tokens, error.Limit));
    }

    [Fact]
    public void WhatTheVocabularyCannotSpellIsReported()
    {
        using EmbeddingModel model = EmbeddingModel.LoadDefault();
        var vector = new float[model.Dimensions];
        // Runes are in no vocabulary of English, so each of these words is one unknown token.
        Assert.Equal(new TextReport(5, 0, 3), model.Embed("\u16A0\u16A2 \u16A0 \u16A6\u16A8", vector));
        Assert.Equal(0, model.Embed("boil the rice", vector).Unknown);
        var reports = new TextReport[2];
        model.Embed(["rice \u16A0", "rice"], new float[2 * model.Dimensions], reports);
        Assert.Equal([1, 0], reports.Select(report => report.Unknown));
    }

    [Fact]
    public void ACallMayChooseTheDimensions()
    {
        using EmbeddingModel model = EmbeddingModel.LoadDefault();
        string[] texts = ["boil the rice", "parliament passed the budget", ""];
        foreach (int dimensions in new[] { 1, 33, 64, model.Dimensions })
        {
            using EmbeddingModel loaded = EmbeddingModel.LoadDefault(new() { Dimensions = dimensions });
            var expected = new float[texts.Length * dimensions];
            var found = new float[texts.Length * dimensions];
            loaded.Embed(texts, expected);
            model.Embed(texts, Prompt.Default, dimensions, found);
            Assert.Equal(expected, found);
        }
        Assert.Throws<UnsupportedRequestException>(
            () => model.Embed(texts, Prompt.Default, model.Dimensions + 1, new float[10_000]));
        Assert.Throws<UnsupportedRequestException>(() => model.Embed(texts, Prompt.Default, 0, new float[10_000]));
        Assert.Throws<ArgumentException>(() => model.Embed(texts, Prompt.Default, 64, new float[(3 * 64) - 1]));
    }

    [Fact]
    public void RequestsThatCannotBeServedAreRefused()
    {
        using EmbeddingModel model = EmbeddingModel.LoadDefault();
        var vector = new float[model.Dimensions];
        Assert.Throws<ArgumentException>(() => model.Embed("text", vector.AsSpan(1)));
        Assert.Throws<ArgumentException>(() => model.Embed(["a", null!], new float[2 * vector.Length]));
        Assert.Throws<ArgumentException>(
            () => model.Embed(["a", "b"], new float[2 * vector.Length], new TextReport[1]));
        Assert.Throws<InvalidTokensException>(() => model.EmbedTokens([new TokenSequence(Array.Empty<int>())], vector));
        Assert.Throws<InvalidTokensException>(() => model.EmbedTokens([new TokenSequence(new[] { -1 })], vector));
        Assert.Throws<InvalidTokensException>(
            () => model.EmbedTokens([new TokenSequence(new[] { model.Card.VocabularySize })], vector));
        Assert.Throws<InvalidTokensException>(
            () => model.EmbedTokens([new TokenSequence(new[] { 1, 2 }, new[] { 0 })], vector));
        Assert.Throws<InvalidTokensException>(
            () => model.EmbedTokens([new TokenSequence(new[] { 1 }, new[] { 2 })], vector));
        Assert.Throws<UnsupportedRequestException>(() => EmbeddingModel.LoadDefault(new() { Prompt = "nobody" }));
        Assert.Throws<UnsupportedRequestException>(() => EmbeddingModel.LoadDefault(new() { MaxTokens = 100_000 }));
        Assert.Contains("Right, Left, Error", Assert.Throws<UnsupportedRequestException>(
            () => EmbeddingModel.LoadDefault(new() { Truncation = (Truncation)99 })).Message, StringComparison.Ordinal);
        Assert.Contains("Causal, Bidirectional", Assert.Throws<UnsupportedRequestException>(() =>
            EmbeddingModel.LoadDefault(new() { Attention = (AttentionDirection)9 })).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidModelException>(() => EmbeddingModel.Load(Path.Combine(TestData.Root, "no-such-folder")));
        model.Embed(Array.Empty<string>(), []);
    }

    [Fact]
    public void OneTextTakesATokenToo()
    {
        using EmbeddingModel model = EmbeddingModel.LoadDefault();
        using var source = new CancellationTokenSource();
        float[] expected = model.Embed("ships sail over the sea");
        Assert.Equal(expected, model.Embed("ships sail over the sea", cancellationToken: source.Token));
        source.Cancel();
        float[] vector = [.. Enumerable.Repeat(float.NaN, model.Dimensions)];
        Assert.Throws<OperationCanceledException>(() => model.Embed("ships sail", cancellationToken: source.Token));
        Assert.Throws<OperationCanceledException>(() => model.EmbedQuery("ships sail", source.Token));
        Assert.Throws<OperationCanceledException>(() => model.EmbedDocument("ships sail", source.Token));
        Assert.Throws<OperationCanceledException>(
            () => model.Embed("ships sail".AsSpan(), vector, default, source.Token));
        Assert.All(vector, value => Assert.True(float.IsNaN(value)));
        Assert.Equal(expected, model.Embed("ships sail over the sea"));
    }

    [Fact]
    public void CancellingStops()
    {
        using EmbeddingModel model = EmbeddingModel.LoadDefault();
        using var source = new CancellationTokenSource();
        string[] texts = SomeTexts.Make(500, 200);
        var vectors = new float[texts.Length * model.Dimensions];
        Assert.Throws<OperationCanceledException>(() => model.Embed(
            texts, vectors, progress: new Report(_ => source.Cancel()), cancellationToken: source.Token));
        Assert.Equal(model.Embed("still usable"), model.Embed("still usable"));
    }

    [Fact]
    public void ADisposedModelSaysSo()
    {
        EmbeddingModel model = EmbeddingModel.LoadDefault();
        model.Dispose();
        model.Dispose();
        Assert.Throws<ObjectDisposedException>(() => model.Embed("text"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1025)]
    [InlineData(int.MaxValue)]
    public void ThreadsHaveALimit(int threads) =>
        // Threads that the memory has no room for end the process.
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            EmbeddingModel.LoadDefault(new EmbeddingOptions { Threads = threads }));

    [Fact]
    public void DisposedWithinACallTheModelEndsItFirst()
    {
        string[] texts = [.. Enumerable.Range(0, 300).Select(i => string.Join(' ', Enumerable.Repeat($"word {i}", i)))];
        using EmbeddingModel other = EmbeddingModel.LoadDefault();
        float[] expected = new float[texts.Length * other.Dimensions], vectors = new float[expected.Length];
        other.Embed(texts, expected);
        EmbeddingModel model = EmbeddingModel.LoadDefault(new EmbeddingOptions { Threads = 2 });
        var parts = new List<int>();
        model.Embed(texts, vectors, progress: new Told(done =>
        {
            parts.Add(done);
            model.Dispose();
            Assert.Throws<ObjectDisposedException>(() => model.Embed("text"));
        }));
        Assert.True(parts.Count > 1, "all texts were in one batch: the call was over when the model was disposed");
        Assert.Equal(expected, vectors);
        Assert.Throws<ObjectDisposedException>(() => model.Embed("text"));
    }

    [Fact]
    public void TheCultureDoesNotMatter()
    {
        using EmbeddingModel model = EmbeddingModel.LoadDefault();
        float[] expected = model.Embed("INTERESTING ideas");
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("tr-TR");
            Assert.Equal(expected, model.Embed("interesting IDEAS"));
        }
        catch (CultureNotFoundException)
        {
            Assert.Skip("This system has no culture data.");
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void MeaningIsNearMeaning()
    {
        using EmbeddingModel model = EmbeddingModel.LoadDefault();
        float[] query = model.Embed("How do I cook rice?");
        double near = Dot(query, model.Embed("Boil the rice in water until it is soft."));
        double far = Dot(query, model.Embed("The parliament passed the budget after a long debate."));
        Assert.True(near > far + 0.1, $"{near:F3} against {far:F3}");
    }

    private static double Dot(float[] a, float[] b) => a.Zip(b, (x, y) => (double)x * y).Sum();

    private sealed class Report(Action<int> action) : IProgress<int>
    {
        void IProgress<int>.Report(int value) => action(value);
    }

    private sealed class Told(Action<int> report) : IProgress<int>
    {
        public void Report(int value) => report(value);
    }
}
