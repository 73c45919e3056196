using Sextant.Search;
using Sextant.Weights;

namespace Sextant.Programs;

/// <summary>
/// What a model's similarities weigh beside BM25: hybrid.json in its folder says it, such as <c>{"weight": 0.5}</c>.
/// </summary>
internal static class HybridWeight
{
    public const string FileName = "hybrid.json";

    /// <exception cref="InvalidModelException">The file is damaged, or the weight not from 0 to 1.</exception>
    public static float Of(EmbeddingModel model) =>
        (float?)ConfigFile.ReadIfPresent(Path.Combine(model.Card.Path, FileName))?.OptionalDouble("weight", 0, 1)
            ?? ScoreFusion.DefaultWeight;
}
