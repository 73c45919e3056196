using System.Globalization;
using System.Text;
using Sextant.Tests.Weights;
using Sextant.Weights;

namespace Sextant.Tests.Models;

/// <summary>A copy of the bert fixture in a folder of its own, to which a test adds modules or damage.</summary>
internal sealed class ModelFolder : IDisposable
{
    public const int Hidden = 64;
    private readonly ScratchFolder _folder = new();
    private readonly Dictionary<string, (long[] Shape, float[] Values)> _tensors = [];

    public ModelFolder()
    {
        string source = System.IO.Path.Combine(TestData.Fixtures, "models", "bert");
        Config = File.ReadAllText(System.IO.Path.Combine(source, "config.json"));
        using Checkpoint checkpoint = Checkpoint.Open(source);
        foreach (TensorInfo tensor in checkpoint.Tensors)
        {
            var values = new float[tensor.Elements];
            if (tensor.Elements > 0)
                checkpoint.ReadRows(tensor, 0, values);
            _tensors.Add(tensor.Name, (tensor.Shape.ToArray(), values));
        }
    }

    public string Path => _folder.Path;

    public string Config { get; set; }

    public float[] this[string tensor] => _tensors[tensor].Values;

    /// <summary>Adds a vector of zeros.</summary>
    public void Add(string tensor, int length) => _tensors[tensor] = ([length], new float[length]);

    public void Remove(string tensor) => _tensors.Remove(tensor);

    public void Reshape(string tensor, params long[] shape) => _tensors[tensor] = (shape, _tensors[tensor].Values);

    /// <summary>Writes modules.json: a line per module, the folder's name being its position and type.</summary>
    public void Modules(params string[] types)
    {
        var lines = new StringBuilder();
        for (int i = 0; i < types.Length; i++)
        {
            string path = types[i] == "Transformer" ? "" : $"{i}_{types[i]}";
            lines.Append(CultureInfo.InvariantCulture,
                $"{(i > 0 ? "," : "")}{{\"idx\":{i},\"name\":\"{i}\",\"path\":\"{path}\",\"type\":\"sentence_transformers.models.{types[i]}\"}}");
        }
        _folder.Write("modules.json", $"[{lines}]");
    }

    public void Write(string name, string text) => _folder.Write(name, text);

    public void MeanPooling(int position) => _folder.Write(
        $"{position}_Pooling/config.json",
        $$"""{"word_embedding_dimension":{{Hidden}},"pooling_mode_mean_tokens":true}""");

    /// <summary>Writes a dense layer of random weights and returns them: w [out,in], b [out].</summary>
    public (float[] Weight, float[] Bias) Dense(int position, int inputs, int outputs, string activation)
    {
        _folder.Write($"{position}_Dense/config.json", string.Create(CultureInfo.InvariantCulture,
            $$"""{"in_features":{{inputs}},"out_features":{{outputs}},"bias":true,"activation_function":"torch.nn.modules.activation.{{activation}}"}"""));
        var random = new Random(position);
        float[] weight = Values(random, inputs * outputs), bias = Values(random, outputs);
        WriteTensors($"{position}_Dense/model.safetensors",
            new() { ["linear.weight"] = ([outputs, inputs], weight), ["linear.bias"] = ([outputs], bias) });
        return (weight, bias);
    }

    public EmbeddingModel Load(EmbeddingOptions? options = null)
    {
        _folder.Write("config.json", Config);
        WriteTensors("model.safetensors", _tensors);
        return EmbeddingModel.Load(Path, options);
    }

    public void Dispose() => _folder.Dispose();

    private static float[] Values(Random random, int count)
    {
        var values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = random.NextSingle() - 0.5f;
        return values;
    }

    private void WriteTensors(string name, Dictionary<string, (long[] Shape, float[] Values)> tensors) =>
        _folder.Write(name, SafetensorsText.Floats(tensors));
}
