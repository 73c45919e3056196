using System.Text.Json;
using Sextant.Weights;

namespace Sextant.Tests.Models;

/// <summary>A tiny model with the outputs that the upstream code gave for it in float64.</summary>
internal sealed class GoldenModel : IDisposable
{
    private readonly Checkpoint _expected;

    public GoldenModel(string name)
    {
        Folder = TestData.Model(name);
        _expected = Checkpoint.OpenFile(Path.Combine(Folder, "expected.safetensors"));
        using JsonDocument cases = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "cases.json")));
        foreach (JsonElement item in cases.RootElement.GetProperty("cases").EnumerateArray())
            Cases.Add(GoldenCase.Read(item));
    }

    public string Folder { get; }

    public List<GoldenCase> Cases { get; } = [];

    public bool TryGet(string key, out float[] values)
    {
        values = [];
        if (!_expected.TryFind(key, out TensorInfo? tensor))
            return false;
        values = new float[tensor.Elements];
        _expected.ReadRows(tensor, 0, values);
        return true;
    }

    public float[] Get(string key)
    {
        Assert.True(TryGet(key, out float[] values), $"{key} is not in the fixture.");
        return values;
    }

    /// <summary>Within max(2e-6 × max|expected|, 3 × yardstick), as the fixtures' README asks.</summary>
    public static void AssertClose(float[] expected, ReadOnlySpan<float> actual, double yardstick, string what)
    {
        double largest = expected.Max(Math.Abs);
        double tolerance = Math.Max(2e-6 * largest, 3 * yardstick);
        for (int i = 0; i < expected.Length; i++)
        {
            double error = Math.Abs((double)expected[i] - actual[i]);
            if (!(error <= tolerance))
                Assert.Fail($"{what}: element {i} is {actual[i]:R}, expected {expected[i]:R}; off by {error:E2}, "
                    + $"allowed {tolerance:E2}.");
        }
    }

    public void Dispose() => _expected.Dispose();
}

internal sealed record GoldenCase(
    string Name, string Mode, TokenSequence[] Sequences, double[] Yardstick, Dictionary<string, double> Pooled)
{
    /// <summary>
    /// Upstream's own f32 error of each sequence's scores; where the fixture has none, that of its hidden states.
    /// </summary>
    public double[] HeadYardstick { get; private init; } = [];

    /// <summary>The same of SPLADE's weights.</summary>
    public double SpladeYardstick { get; private init; }

    public static GoldenCase Read(JsonElement item)
    {
        int[] lengths = Ints(item.GetProperty("lengths"));
        var sequences = new TokenSequence[lengths.Length];
        for (int i = 0; i < lengths.Length; i++)
        {
            int[] ids = Ints(item.GetProperty("input_ids")[i])[..lengths[i]];
            int[] types = item.TryGetProperty("token_type_ids", out JsonElement all) ? Ints(all[i])[..lengths[i]] : [];
            sequences[i] = new TokenSequence(ids, types);
        }
        var pooled = new Dictionary<string, double>();
        if (item.TryGetProperty("pooled", out JsonElement modes))
        {
            foreach (JsonProperty mode in modes.EnumerateObject())
                pooled[mode.Name] = mode.Value.GetDouble();
        }
        double[] yardstick = [.. item.GetProperty("yardstick").EnumerateArray().Select(v => v.GetDouble())];
        return new GoldenCase(
            item.GetProperty("name").GetString()!, item.GetProperty("mode").GetString()!, sequences, yardstick, pooled)
        {
            HeadYardstick = item.TryGetProperty("head_yardstick", out JsonElement head)
                ? [.. head.EnumerateArray().Select(v => v.GetDouble())] : yardstick,
            SpladeYardstick = item.TryGetProperty("splade_yardstick", out JsonElement splade) ? splade.GetDouble() : 0,
        };
    }

    private static int[] Ints(JsonElement array) => [.. array.EnumerateArray().Select(v => v.GetInt32())];
}
