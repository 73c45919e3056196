namespace Sextant.Extensions.DependencyInjection;

/// <summary>Loads models as their options say.</summary>
internal static class ModelLoader
{
    public static EmbeddingModel Embedding(SextantModel model) => EmbeddingModel.Load(
        model.Path ?? EmbeddingModel.DefaultPath,
        new EmbeddingOptions
        {
            Precision = model.Precision,
            MaxTokens = model.MaxTokens,
            Truncation = model.Truncation,
            Threads = model.Threads,
            Device = model.Device,
            Dimensions = model.Dimensions,
        });

    public static SequenceClassifier Reranker(SextantModel model) => SequenceClassifier.Load(
        model.Path!,
        new ClassifierOptions
        {
            Precision = model.Precision,
            MaxTokens = model.MaxTokens,
            Truncation = model.Truncation,
            Threads = model.Threads,
            Device = model.Device,
        });

    public static SparseEncoder Sparse(SextantModel model) => SparseEncoder.Load(
        model.Path!,
        new SparseOptions
        {
            Precision = model.Precision,
            MaxTokens = model.MaxTokens,
            Truncation = model.Truncation,
            Threads = model.Threads,
            Device = model.Device,
            MaxTerms = model.MaxTerms,
        });
}
