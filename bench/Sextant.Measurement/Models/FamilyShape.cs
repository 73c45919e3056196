using Sextant.Backends;
using Sextant.Layers;
using Sextant.Models;
using Sextant.Weights;

namespace Sextant.Measurement.Models;

/// <summary>
/// A family's published size with random weights: the config decides, as it does for a real checkpoint.
/// </summary>
/// <param name="Name">The checkpoint whose sizes it has.</param>
/// <param name="Fixture">The family's fixture, for its error.</param>
/// <param name="Type">How weights are stored: f32, f16 or bf16.</param>
/// <param name="Layers">Layers that are there, of how many.</param>
/// <param name="Config">config.json.</param>
internal sealed record FamilyShape(string Name, string Fixture, string Type, string Layers, string Config)
{
    /// <summary>Tensors that the plan does not name.</summary>
    public SyntheticTensor[] Others { get; init; } = [];

    /// <summary>Writes config.json and model.safetensors, unless they are there, and reads the plan.</summary>
    public BackbonePlan Write(string root, out string folder)
    {
        folder = Path.Combine(root, $"family-{Name}-{Type}");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "config.json"), Config);
        var config = ConfigFile.Read(Path.Combine(folder, "config.json"));
        string type = config.String("model_type");
        BackbonePlan plan = ModelCatalog.Families.First(f => f.ModelType == type).Read!(config, null);
        string weights = Path.Combine(folder, "model.safetensors");
        if (!File.Exists(weights))
            SyntheticWeights.Write(weights, Type, Tensors(plan).Concat(Others));
        return plan;
    }

    /// <summary>
    /// Twice the multiply-adds of one pass: the matrices, and queries, keys and values that see each other.
    /// </summary>
    public static double Flops(BackbonePlan plan, int sequences, int tokens)
    {
        BackboneShape s = plan.Shape;
        double matrices = 0;
        double pairs = 0;
        for (int layer = 0; layer < s.Layers; layer++)
        {
            AttentionShape a = plan.Attention?.Invoke(layer) ?? BackbonePlan.FullAttention(s);
            matrices += (double)s.Hidden * (a.Columns + a.Heads * a.HeadSize + (s.Gated ? 3 : 2) * s.Intermediate);
            for (int i = 0; i < tokens; i++)
                pairs += 1.0 * a.Heads * a.HeadSize * (Math.Min(i, a.Before) + 1 + Math.Min(tokens - 1 - i, a.After));
        }
        return sequences * (2.0 * tokens * matrices + 4.0 * pairs);
    }

    // Everything a plan names, under the first of its prefixes.
    private static IEnumerable<SyntheticTensor> Tensors(BackbonePlan plan)
    {
        BackboneShape s = plan.Shape;
        EmbeddingPlan e = plan.Embeddings;
        int width = e.Width ?? s.Hidden;
        yield return new SyntheticTensor(e.Words, 0, e.WordRows ?? s.Vocabulary, width);
        if (e.Types is not null)
            yield return new SyntheticTensor(e.Types, 0, s.Types, width);
        if (e.Positions is not null)
            yield return new SyntheticTensor(e.Positions, 0, e.PositionRows, width);
        foreach (SyntheticTensor tensor in Norm(s, e.Norm, width))
            yield return tensor;
        foreach (SyntheticTensor tensor in e.Projection is null ? [] : Matrix(e.Projection, s.Hidden, width, true))
            yield return tensor;
        foreach (SyntheticTensor tensor in Norm(s, plan.FinalNorm, s.Hidden))
            yield return tensor;
        for (int layer = 0; layer < s.Layers; layer++)
        {
            string number = layer.ToString(System.Globalization.CultureInfo.InvariantCulture);
            string prefix = plan.Layer.Prefix.Replace("#", number, StringComparison.Ordinal);
            foreach (SyntheticTensor tensor in Layer(plan, layer))
                yield return tensor with { Name = prefix + tensor.Name };
        }
    }

    private static IEnumerable<SyntheticTensor> Layer(BackbonePlan plan, int layer)
    {
        BackboneShape s = plan.Shape;
        LayerPlan names = plan.Layer;
        int queries = s.Heads * s.HeadSize;
        int keys = s.KeyHeads * s.HeadSize;
        int wide = s.Gated ? 2 * s.Intermediate : s.Intermediate;
        int[] qkv = names.Qkv.Length == 1 ? [queries + 2 * keys] : [queries, keys, keys];
        IEnumerable<SyntheticTensor> all = names.Qkv.SelectMany(
            (name, i) => Matrix(name, qkv[i], s.Hidden, names.QkvBias))
            .Concat(Matrix(names.Output, s.Hidden, queries, names.OutputBias))
            .Concat(names.Up.SelectMany(name => Matrix(name, wide / names.Up.Length, s.Hidden, names.UpBias)))
            .Concat(Matrix(names.Down, s.Hidden, s.Intermediate, names.DownBias));
        NormNames norms = names.Norms;
        string? first = layer < names.LayersWithoutFirstNorm ? null : norms.BeforeAttention;
        foreach (string? norm in new[] { first, norms.AfterAttention, norms.BeforeFeedForward, norms.AfterFeedForward })
            all = all.Concat(Norm(s, norm, s.Hidden));
        return all.Concat(Norm(s, norms.Query, s.HeadSize)).Concat(Norm(s, norms.Key, s.HeadSize));
    }

    private static IEnumerable<SyntheticTensor> Matrix(string name, int rows, int columns, bool bias)
    {
        yield return new SyntheticTensor(name + ".weight", 0, rows, columns);
        if (bias)
            yield return new SyntheticTensor(name + ".bias", 0, rows);
    }

    private static IEnumerable<SyntheticTensor> Norm(BackboneShape shape, string? name, int length)
    {
        if (name is null)
            yield break;
        yield return new SyntheticTensor(name + ".weight", shape.Norm == NormKind.RmsFromOne ? 0 : 1, length);
        if (shape.Norm == NormKind.Layer)
            yield return new SyntheticTensor(name + ".bias", 0, length);
    }
}
