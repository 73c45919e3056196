using System.Globalization;

namespace Sextant.Measurement.Models;

/// <summary>A BERT of a given shape with random weights, written as a Hugging Face folder.</summary>
internal sealed record SyntheticModel(string Name, int Layers, int Hidden, int Heads, int Intermediate)
{
    private const int Vocabulary = 30522;
    private const int Positions = 512;

    /// <summary>all-MiniLM-L6-v2's shape.</summary>
    public static readonly SyntheticModel MiniLm = new("minilm", 6, 384, 12, 1536);

    /// <summary>bge-base-en's shape.</summary>
    public static readonly SyntheticModel BgeBase = new("bge-base", 12, 768, 12, 3072);

    /// <summary>bge-large-en's shape.</summary>
    public static readonly SyntheticModel BgeLarge = new("bge-large", 24, 1024, 16, 4096);

    /// <summary>All shapes, one each.</summary>
    public static readonly IReadOnlyList<SyntheticModel> All = [MiniLm, BgeBase, BgeLarge];

    /// <summary>The shape of a name.</summary>
    /// <exception cref="ArgumentException">There is none; the message names all.</exception>
    public static SyntheticModel Named(string name) => All.FirstOrDefault(shape => shape.Name == name)
        ?? throw new ArgumentException(
            $"'{name}' is not a shape; known are {string.Join(", ", All.Select(shape => shape.Name))}.", nameof(name));

    /// <summary>Multiply-adds of one pass over sequences of these lengths, times two.</summary>
    public double Flops(int sequences, int tokens) => Layers * (double)sequences
        * (2.0 * tokens * (4.0 * Hidden * Hidden + 2.0 * Hidden * Intermediate) + 4.0 * tokens * tokens * Hidden);

    /// <summary>Writes config.json and model.safetensors (type f32, f16 or bf16), unless they are there.</summary>
    public string Write(string root, string type)
    {
        string folder = Path.Combine(root, $"{Name}-{type}");
        string weights = Path.Combine(folder, "model.safetensors");
        if (File.Exists(weights))
            return folder;
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "config.json"), string.Create(CultureInfo.InvariantCulture, $$"""
            {"model_type":"bert","hidden_size":{{Hidden}},"num_hidden_layers":{{Layers}},"num_attention_heads":{{Heads}},
             "intermediate_size":{{Intermediate}},"vocab_size":{{Vocabulary}},"max_position_embeddings":{{Positions}},
             "type_vocab_size":2,"layer_norm_eps":1e-12,"hidden_act":"gelu"}
            """));
        SyntheticWeights.Write(weights, type, Tensors());
        return folder;
    }

    private IEnumerable<SyntheticTensor> Tensors()
    {
        static SyntheticTensor Vector(string name, int length, bool gain = false) => new(name, gain ? 1f : 0f, length);
        static SyntheticTensor Matrix(string name, int rows, int columns) => new(name, 0f, rows, columns);
        yield return Matrix("embeddings.word_embeddings.weight", Vocabulary, Hidden);
        yield return Matrix("embeddings.position_embeddings.weight", Positions, Hidden);
        yield return Matrix("embeddings.token_type_embeddings.weight", 2, Hidden);
        yield return Vector("embeddings.LayerNorm.weight", Hidden, gain: true);
        yield return Vector("embeddings.LayerNorm.bias", Hidden);
        for (int i = 0; i < Layers; i++)
        {
            string layer = $"encoder.layer.{i}.";
            foreach (string part in new[] { "query", "key", "value" })
            {
                yield return Matrix($"{layer}attention.self.{part}.weight", Hidden, Hidden);
                yield return Vector($"{layer}attention.self.{part}.bias", Hidden);
            }
            yield return Matrix(layer + "attention.output.dense.weight", Hidden, Hidden);
            yield return Vector(layer + "attention.output.dense.bias", Hidden);
            yield return Vector(layer + "attention.output.LayerNorm.weight", Hidden, gain: true);
            yield return Vector(layer + "attention.output.LayerNorm.bias", Hidden);
            yield return Matrix(layer + "intermediate.dense.weight", Intermediate, Hidden);
            yield return Vector(layer + "intermediate.dense.bias", Intermediate);
            yield return Matrix(layer + "output.dense.weight", Hidden, Intermediate);
            yield return Vector(layer + "output.dense.bias", Hidden);
            yield return Vector(layer + "output.LayerNorm.weight", Hidden, gain: true);
            yield return Vector(layer + "output.LayerNorm.bias", Hidden);
        }
    }
}
