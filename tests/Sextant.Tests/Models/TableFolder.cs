using Sextant.Tests.Weights;

namespace Sextant.Tests.Models;

/// <summary>A static table of a test's own values, without a tokenizer.</summary>
internal sealed class TableFolder : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Write(float[] rows, long[] shape, Dictionary<string, float[]> vectors)
    {
        _folder.Write("config.json", """{"model_type":"model2vec","normalize":false}""");
        var tensors = new Dictionary<string, (long[], float[])> { ["embeddings"] = (shape, rows) };
        foreach ((string name, float[] values) in vectors)
            tensors.Add(name, ([values.Length], values));
        _folder.Write("model.safetensors", SafetensorsText.Floats(tensors));
    }

    public EmbeddingModel Load(EmbeddingOptions? options = null) => EmbeddingModel.Load(_folder.Path, options);

    public void Dispose() => _folder.Dispose();
}
