using Sextant.Models;
using Sextant.Tokens;
using Sextant.Weights;

namespace Sextant;

/// <summary>What a model's files say of texts: for those who only count tokens. No weights are read.</summary>
/// <param name="Tokenizer">The model's.</param>
/// <param name="MaxTokens">Most tokens of a text, as an <see cref="EmbeddingModel"/> has them.</param>
internal sealed record ModelText(Tokenizer Tokenizer, int MaxTokens)
{
    /// <summary>Reads it.</summary>
    /// <param name="folder">The model's folder.</param>
    /// <exception cref="InvalidModelException">
    /// A file is missing, damaged, or says something that is not supported.
    /// </exception>
    public static ModelText Read(string folder)
    {
        SentenceTransformersModules modules = SentenceTransformersModules.Read(folder);
        TransformerModule transformer = modules.Transformer;
        bool isTable = transformer.IsTable || (modules.IsPlain && StaticTable.IsIn(transformer.Folder));
        int positions = isTable ? StaticTable.Positions(transformer.Folder) : ModelCatalog.Positions(transformer.Folder);
        return new ModelText(
            Tokenizer.LoadFolder(transformer.Folder, transformer.LowerCase),
            ModelLoading.MaxTokens(transformer, positions, asked: null, notes: []));
    }
}
