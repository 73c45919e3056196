using System.Globalization;
using Sextant.Backends;

namespace Sextant.Cli.Verbs;

/// <summary>What a precision costs, measured on the texts of <c>verify</c>: cosines to the exact vectors.</summary>
internal readonly record struct PrecisionError(double Mean, double Min, int Texts)
{
    /// <summary>Embeds the texts with a model and with the same one in f32.</summary>
    /// <param name="model">The model.</param>
    /// <param name="options">What it was loaded with.</param>
    /// <param name="cancellation">Looked at between layers.</param>
    public static PrecisionError Of(EmbeddingModel model, EmbeddingOptions options, CancellationToken cancellation)
    {
        using EmbeddingModel exact = EmbeddingModel.Load(
            model.Card.Path, options with { Precision = Precision.Exact });
        float[] expected = Vectors(exact, cancellation), actual = Vectors(model, cancellation);
        int width = model.Dimensions, texts = actual.Length / width;
        double sum = 0, min = 1;
        for (int text = 0; text < texts; text++)
        {
            double cosine = BitComparison.Of(
                expected.AsSpan(text * width, width), actual.AsSpan(text * width, width)).Cosine;
            sum += cosine;
            min = Math.Min(min, cosine);
        }
        return new PrecisionError(sum / texts, min, texts);
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"cosine to exact {Mean:F5} on average, {Min:F5} at least, over {Texts} texts");

    private static float[] Vectors(EmbeddingModel model, CancellationToken cancellation)
    {
        var inputs = new VerifyInputs(model);
        var vectors = new float[inputs.Count * model.Dimensions];
        inputs.Embed(vectors, new Progress<int>(), cancellation);
        return vectors;
    }
}
