using System.Globalization;
using Sextant.Measurement.Models;
using Sextant.Measurement.Peaks;
using Sextant.Models;

namespace Sextant.Bench;

/// <summary>
/// One shape of each family: time of a pass beside the FMA peak of the same run, and the error on its fixture.
/// </summary>
internal static class FamilyReport
{
    private const int Rounds = 5;

    public static void Run(string root, string[] names)
    {
        string? data = Environment.GetEnvironmentVariable("SEXTANT_TESTDATA");
        // Of one thread the processor time is the time it took, less what other programs took of the processor.
        Console.WriteLine(
            $"one thread; processor time, medians of {Rounds} rounds; tokens/s are of the layers that are there");
        Console.WriteLine(
            "error: largest of the hidden states of the family's fixture against float64, over the largest value");
        Console.WriteLine($"{"shape",-27} {"layers",-8} {"type",-4} {"1×32",22} {"1×128",22} {"1×512",22}  error");
        foreach (FamilyShape shape in FamilyShapes.All.Where(s => names.Length == 0 || names.Contains(s.Name)))
        {
            BackbonePlan plan = shape.Write(root, out string folder);
            using EmbeddingModel model = EmbeddingModel.Load(
                folder, new() { Pooling = "mean", Normalize = true, Threads = 1 });
            Console.Write($"{shape.Name,-27} {shape.Layers,-8} {shape.Type,-4}");
            foreach ((int sequences, int tokens) in new[] { (1, 32), (1, 128), (1, 512) })
                Console.Write($" {Measure(plan, model, sequences, tokens),22}");
            string error = data is null
                ? "-"
                : FixtureError.Measure(Path.Combine(data, "golden", "models", shape.Fixture))
                    .ToString("E1", CultureInfo.InvariantCulture);
            Console.WriteLine($"  {error}");
        }
    }

    private static string Measure(BackbonePlan plan, EmbeddingModel model, int sequences, int tokens)
    {
        TokenSequence[] batch = ModelInputs.Sequences(sequences, tokens, plan.Shape.Vocabulary);
        var vectors = new float[sequences * model.Dimensions];
        double flops = FamilyShape.Flops(plan, sequences, tokens);
        var times = new double[Rounds];
        var shares = new double[Rounds];
        model.EmbedTokens(batch, vectors);
        model.EmbedTokens(batch, vectors);
        for (int round = 0; round < Rounds; round++)
        {
            double peak = FmaPeak.Measure(0.02) * 1e9;
            int passes = (int)Math.Clamp(0.05 * peak / flops, 1, 32);
            TimeSpan start = Environment.CpuUsage.TotalTime;
            for (int pass = 0; pass < passes; pass++)
                model.EmbedTokens(batch, vectors);
            times[round] = (Environment.CpuUsage.TotalTime - start).TotalSeconds / passes;
            shares[round] = flops / times[round] / peak;
        }
        Array.Sort(times);
        Array.Sort(shares);
        return string.Create(CultureInfo.InvariantCulture,
            $"{sequences * tokens / times[Rounds / 2],8:F0} tok/s {shares[Rounds / 2],7:P1}");
    }
}
