using System.Text.Json;
using Sextant.Weights;

namespace Sextant.Bench;

/// <summary>How far a fixture's hidden states are from those that upstream's code gives in float64.</summary>
internal static class FixtureError
{
    /// <summary>The largest error over the largest value, of every token of the case of mixed lengths.</summary>
    public static double Measure(string folder)
    {
        using Checkpoint expected = Checkpoint.OpenFile(Path.Combine(folder, "expected.safetensors"));
        using JsonDocument cases = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "cases.json")));
        JsonElement mixed = cases.RootElement.GetProperty("cases").EnumerateArray()
            .First(c => c.GetProperty("name").GetString() == "mixed");
        bool causal = mixed.GetProperty("mode").GetString() == "causal";
        using EmbeddingModel model = EmbeddingModel.Load(folder, new EmbeddingOptions
        {
            Pooling = "mean",
            Attention = causal ? AttentionDirection.Causal : AttentionDirection.Bidirectional,
        });
        double error = 0;
        double largest = 0;
        for (int i = 0; i < mixed.GetProperty("lengths").GetArrayLength(); i++)
        {
            TensorInfo tensor = expected.Require($"mixed.{i}.last_hidden_state",
                [mixed.GetProperty("lengths")[i].GetInt32(), model.Card.HiddenSize], "the fixture");
            var wanted = new float[tensor.Elements];
            expected.ReadRows(tensor, 0, wanted);
            int[] ids = [.. mixed.GetProperty("input_ids")[i].EnumerateArray().Take((int)tensor.Shape[0])
                .Select(v => v.GetInt32())];
            var actual = new float[wanted.Length];
            model.HiddenStates(new TokenSequence(ids), model.Card.Layers, actual);
            for (int k = 0; k < wanted.Length; k++)
            {
                error = Math.Max(error, Math.Abs((double)wanted[k] - actual[k]));
                largest = Math.Max(largest, Math.Abs(wanted[k]));
            }
        }
        return error / largest;
    }
}
