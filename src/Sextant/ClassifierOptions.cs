namespace Sextant;

/// <summary>
/// How a <see cref="SequenceClassifier"/> is loaded and used. Null means: as the model's own files say.
/// </summary>
public sealed record ClassifierOptions : ModelOptions
{
    /// <summary>
    /// What becomes of scores; null: <see cref="SequenceClassifier.LabelFunction"/> and
    /// <see cref="SequenceClassifier.RankFunction"/> as the files say.
    /// </summary>
    public ScoreFunction? Function { get; init; }
}
