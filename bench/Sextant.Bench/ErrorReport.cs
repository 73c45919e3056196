using System.Globalization;
using System.Text.Json;
using Sextant.Kernels.Elementary;
using Sextant.Measurement.Cases;
using Sextant.Weights;

namespace Sextant.Bench;

/// <summary>
/// Errors against double arithmetic: the elementary functions, the default model's committed vectors, and with
/// SEXTANT_TESTDATA the hidden states of every family's fixture. The same on every machine.
/// </summary>
internal static class ErrorReport
{
    // A prime: every exponent, all kinds of mantissas.
    private const uint Step = 251;

    public static void Run(string root)
    {
        Console.WriteLine("Sextant.Bench errors");
        Elementary("exp", ElementaryReference.Exp, Math.Exp, x => x is > -87.33654f and <= 88.72283f);
        Elementary("erf", ElementaryReference.Erf, ErrorFunction.Of, x => Math.Abs(x) is > 1e-6f and < 4f);
        Elementary("tanh", ElementaryReference.Tanh, Math.Tanh, float.IsFinite);
        DefaultModel(Path.Combine(root, "tests", "fixtures", "default-model"));
        if (Environment.GetEnvironmentVariable("SEXTANT_TESTDATA") is { } data)
            Families(Path.Combine(data, "golden", "models"));
        else
            Console.Error.WriteLine("Sextant.Bench errors: SEXTANT_TESTDATA is not set: the families are left out");
    }

    private static void Elementary(
        string name, Func<float, float> actual, Func<double, double> exact, Func<float, bool> domain)
    {
        double worst = 0;
        long count = 0;
        for (ulong bits = 0; bits <= uint.MaxValue; bits += Step)
        {
            float x = BitConverter.UInt32BitsToSingle((uint)bits);
            if (!float.IsFinite(x) || !domain(x))
                continue;
            double expected = exact(x);
            double ulp = Math.ScaleB(1, Math.ILogB(Math.Max(Math.Abs(expected), 1.17549435e-38)) - 23);
            worst = Math.Max(worst, Math.Abs(actual(x) - expected) / ulp);
            count++;
        }
        Say($"{name}: {worst:F2} ulp at most, of {count} arguments");
    }

    private static void DefaultModel(string folder)
    {
        using EmbeddingModel model = EmbeddingModel.LoadDefault();
        using Checkpoint expected = Checkpoint.OpenFile(Path.Combine(folder, "expected.safetensors"));
        string[] texts = Array.ConvertAll(File.ReadAllLines(Path.Combine(folder, "texts.jsonl")), line =>
        {
            using JsonDocument json = JsonDocument.Parse(line);
            return json.RootElement.GetProperty("text").GetString()!;
        });
        var right = new float[texts.Length * model.Dimensions];
        expected.ReadRows(expected.Require("vectors", [texts.Length, model.Dimensions], "this report"), 0, right);
        var vectors = new float[right.Length];
        model.Embed(texts, vectors);
        double worst = right.Zip(vectors, (a, b) => Math.Abs((double)a - b)).Max();
        Say($"default model: {worst:E1} at most, of {texts.Length} unit vectors from PyTorch in float64");
    }

    private static void Families(string folder)
    {
        double worst = 0;
        string where = "";
        int count = 0;
        foreach (string family in Directory.GetDirectories(folder).Order(StringComparer.Ordinal))
        {
            string cases = Path.Combine(family, "cases.json");
            if (!File.Exists(cases) || !File.ReadAllText(cases).Contains("\"mixed\"", StringComparison.Ordinal)
                || !File.Exists(Path.Combine(family, "expected.safetensors")))
            {
                continue;
            }
            double error = FixtureError.Measure(family);
            count++;
            if (error > worst)
                (worst, where) = (error, Path.GetFileName(family));
        }
        string what = $"{count} fixtures of upstream's code in float64 ({where})";
        Say($"families: {worst:E1} of the largest value at most, of {what}");
    }

    private static void Say(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
