using Sextant.Conversion.Onnx;

namespace Sextant.Conversion;

/// <summary>Turns an ONNX export of a BERT sentence encoder into a folder in sentence-transformers' format.</summary>
public static class OnnxConversion
{
    /// <summary>
    /// Converts a model. The folder appears whole or not at all: it is written beside its final name and moved there.
    /// </summary>
    /// <param name="modelPath">
    /// The ONNX file, or a .NET assembly that carries one as a resource whose name ends in .onnx.
    /// </param>
    /// <param name="vocabularyPath">vocab.txt; null where the assembly carries it, as a resource of that name.</param>
    /// <param name="folder">Where to write; must not be there, or be empty.</param>
    /// <param name="options">What the graph does not say.</param>
    /// <exception cref="InvalidModelException">The model is not as BERT is; the message names what differs.</exception>
    /// <exception cref="IOException">A file cannot be read or written, or the folder is not empty.</exception>
    public static ConvertedModel Convert(
        string modelPath, string? vocabularyPath, string folder, ConversionOptions options)
    {
        ArgumentNullException.ThrowIfNull(modelPath);
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Pooling is not ("mean" or "cls"))
            throw new ArgumentException($"the pooling is '{options.Pooling}'; mean and cls are "
                + "accepted.", nameof(options));
        NewFolder.RequireEmpty(folder);

        ModelSource source = ModelSource.Read(modelPath, vocabularyPath);
        WordPieceVocabulary vocabulary = Naming(
            source.VocabularyName, () => WordPieceVocabulary.Read(source.Vocabulary.Span, options.IsCased));
        BertExport export = Naming(modelPath, () => BertExport.Of(OnnxGraph.Read(source.Model)));
        BertConfig config = export.Config;
        if (vocabulary.Count != config.Words)
        {
            throw new InvalidModelException(
                source.VocabularyName, $"has {vocabulary.Count} words, but the model has vectors of {config.Words}.");
        }
        if (options.MaxTokens > config.Positions)
        {
            throw new InvalidModelException(
                modelPath, $"has {config.Positions} positions; {options.MaxTokens} tokens do not go into it.");
        }
        StoredTensor[] tensors = [.. export.Tensors];
        if (options.ManifestPath is { } manifest)
            TensorManifest.Require(manifest, modelPath, tensors);
        if (options.IsHalf)
            tensors = [.. tensors.Select(one => one.ToHalf() ?? throw new InvalidModelException(
                modelPath, $"'{one.Name}' has values that 16 bits cannot hold; convert to f32."))];
        string weights = NewFolder.Write(folder, ModelFolder.WeightsName, partial =>
            ModelFolder.Write(partial, tensors, config, vocabulary, options));
        return new ConvertedModel(
            folder, new FileInfo(weights).Length, NewFolder.HashOf(weights), tensors.Length);
    }

    private static T Naming<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception problem) when (problem is FormatException or OverflowException)
        {
            throw new InvalidModelException(path, problem.Message.TrimEnd('.') + ".", problem);
        }
    }
}
