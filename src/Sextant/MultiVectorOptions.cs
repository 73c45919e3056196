namespace Sextant;

/// <summary>
/// How a <see cref="MultiVectorEncoder"/> is loaded and used. Null means: as the model's own files say.
/// <see cref="ModelOptions.MaxTokens"/> limits documents; queries have the length that the model was trained with.
/// </summary>
public sealed record MultiVectorOptions : ModelOptions;
