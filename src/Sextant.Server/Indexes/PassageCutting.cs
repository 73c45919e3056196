using System.Globalization;
using Sextant.Indexes;
using Sextant.Passages;
using Sextant.Tokens;

namespace Sextant.Server.Indexes;

/// <summary>How texts are cut into passages for a model.</summary>
internal static class PassageCutting
{
    /// <summary>As an index says, else as suits the model.</summary>
    public static PassageReader Of(IndexDefinition definition, EmbeddingModel model)
    {
        PassageOptions suited = For(model);
        int chunk = Number(definition, "chunk") ?? suited.Chunk;
        Tokenizer tokenizer = model.Tokenizer;
        return new PassageReader(
            text => tokenizer.CountTokens(text, addSpecialTokens: false),
            new PassageOptions { Chunk = chunk, Overlap = Number(definition, "overlap") ?? chunk / 4 });
    }

    /// <summary>What suits a model: as many tokens as it takes, at most the default's.</summary>
    public static PassageOptions For(EmbeddingModel model)
    {
        int room = model.MaxTokens - model.Tokenizer.SpecialTokenCount(pair: false);
        int chunk = Math.Min(new PassageOptions().Chunk, Math.Max(4, room));
        return new PassageOptions { Chunk = chunk, Overlap = chunk / 4 };
    }

    private static int? Number(IndexDefinition definition, string name) =>
        int.TryParse(definition.Property(name), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number : null;
}
