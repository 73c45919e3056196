using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sextant.Backends;
using Sextant.Models;
using Sextant.Weights;

namespace Sextant.Conversion;

/// <summary>
/// Turns a model folder into one whose weights are bytes, with the bits that int8 mode has of the first.
/// </summary>
/// <remarks>
/// Matrices and the word table of the encoder become what int8 mode makes of them when it loads: bytes, a scale for
/// each row, and for matrices what inputs are multiplied by. All else is copied. Weights/QuantizationScheme.cs names
/// the tensors.
/// </remarks>
public static class Int8Conversion
{
    // What the folder needs no more, or never needed.
    private static readonly string[] OtherWeights =
        [".safetensors", ".safetensors.index.json", ".bin", ".onnx", ".h5", ".msgpack", ".ot", ".pt", ".pth", ".ckpt"];

    private static readonly string[] OtherFolders = ["onnx", "openvino", ".git", ".cache"];

    /// <summary>
    /// Converts a model. The folder appears whole or not at all: it is written beside its final name and moved there.
    /// </summary>
    /// <param name="model">The folder of a model that int8 mode can load.</param>
    /// <param name="folder">Where to write; must not be there, or be empty.</param>
    /// <exception cref="InvalidModelException">
    /// The model cannot be loaded, has no matrices, is bytes already, or computes more from its weights than bytes can
    /// stand for.
    /// </exception>
    /// <exception cref="IOException">A file cannot be read or written, or the folder is not empty.</exception>
    public static ConvertedModel Convert(string model, string folder)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(folder);
        NewFolder.RequireEmpty(folder);
        var modules = SentenceTransformersModules.Read(model);
        TransformerModule transformer = modules.Transformer;
        string config = Path.Combine(transformer.Folder, "config.json");
        if (transformer.IsTable || StaticTable.IsIn(transformer.Folder))
            throw new InvalidModelException(transformer.Folder, "is a static table, which has no matrices.");
        if (QuantizationScheme.Read(ConfigFile.Read(config)) is not null)
            throw new InvalidModelException(config, "says that the weights are bytes already.");
        Dictionary<string, Int8Tensor> bytes = Int8Tensors.Of(transformer.Folder, transformer.MaxTokens);
        StoredTensor[] tensors = Tensors(transformer.Folder, bytes);
        string inner = Path.GetRelativePath(model, transformer.Folder);
        string weights = NewFolder.Write(folder, Path.Combine(inner, ModelFolder.WeightsName), partial =>
        {
            Copy(model, partial, transformer.Folder);
            SafetensorsWriter.Write(Path.Combine(partial, inner, ModelFolder.WeightsName), tensors);
            WriteConfig(config, Path.Combine(partial, inner, "config.json"));
            RequireSameStates(transformer.Folder, Path.Combine(partial, inner));
        });
        return new ConvertedModel(folder, new FileInfo(weights).Length, NewFolder.HashOf(weights), bytes.Count);
    }

    // Some families compute more from their weights at load; that would start from the bytes.
    private static void RequireSameStates(string from, string to)
    {
        if (!States(from).AsSpan().SequenceEqual(States(to)))
        {
            throw new InvalidModelException(from,
                "would have other vectors than int8 mode gives it: more than its matrices and its word table is "
                + "computed from its weights. Use --precision int8 with the model as it is.");
        }
    }

    private static float[] States(string folder)
    {
        using var model = EmbeddingModel.Load(folder, new() { Pooling = "mean", Precision = Precision.Int8 });
        int tokens = Math.Min(16, model.MaxTokens);
        var states = new float[tokens * model.Card.HiddenSize];
        int[] ids = [.. Enumerable.Range(0, tokens).Select(i => i * 7919 % model.Card.VocabularySize)];
        model.HiddenStates(new TokenSequence(ids), model.Card.Layers, states);
        return states;
    }

    private static StoredTensor[] Tensors(string folder, Dictionary<string, Int8Tensor> bytes)
    {
        using var checkpoint = Checkpoint.OpenModel(folder);
        var tensors = new List<StoredTensor>();
        foreach (TensorInfo tensor in checkpoint.Tensors)
        {
            if (bytes.TryGetValue(tensor.Name, out Int8Tensor? one))
            {
                tensors.Add(new(tensor.Name, "I8", tensor.Shape.ToArray(), MemoryMarshal.AsBytes<sbyte>(one.Bytes).ToArray()));
                tensors.Add(StoredTensor.Singles(
                    QuantizationScheme.ScaleOf(tensor.Name), [one.Scales.Length, 1], one.Scales));
                if (one.Inverse.Length > 0)
                {
                    tensors.Add(StoredTensor.Singles(
                        QuantizationScheme.InverseOf(tensor.Name), [one.Inverse.Length], one.Inverse));
                }
                continue;
            }
            var stored = new byte[tensor.ByteLength];
            if (tensor.Rows > 0)
                checkpoint.ReadBytes(tensor, 0, stored);
            tensors.Add(new(tensor.Name, tensor.Dtype, tensor.Shape.ToArray(), stored));
        }
        return [.. tensors];
    }

    private static void Copy(string from, string to, string encoder)
    {
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string name = Path.GetRelativePath(from, file);
            bool isOther = OtherFolders.Contains(name.Split('/', '\\')[0], StringComparer.Ordinal);
            bool isWeights = OtherWeights.Any(ending => file.EndsWith(ending, StringComparison.OrdinalIgnoreCase));
            // The weights of other modules, such as a Dense after the pooling, stay as they are.
            bool isModule = file.EndsWith(".safetensors", StringComparison.Ordinal)
                && Path.GetFullPath(Path.GetDirectoryName(file)!) != Path.GetFullPath(encoder);
            if (isOther || (isWeights && !isModule))
                continue;
            string copy = Path.Combine(to, name);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.WriteAllBytes(copy, File.ReadAllBytes(file));
        }
    }

    private static void WriteConfig(string from, string to)
    {
        JsonObject config = JsonNode.Parse(File.ReadAllBytes(from))!.AsObject();
        config[QuantizationScheme.Key] = new JsonObject
        {
            ["quant_method"] = QuantizationScheme.Own,
            ["format"] = QuantizationScheme.OwnFormat,
            ["version"] = 1,
        };
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        using FileStream file = File.Create(to);
        using (var json = new Utf8JsonWriter(file, ModelFolder.Json))
            config.WriteTo(json);
        file.Write("\n"u8);
    }
}
