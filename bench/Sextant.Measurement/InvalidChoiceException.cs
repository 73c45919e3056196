namespace Sextant.Measurement;

/// <summary>
/// What is to be measured is not there: an op, a variant, a shape, a batch longer than the model reads. The message
/// says what there is.
/// </summary>
internal sealed class InvalidChoiceException(string message) : SextantException(message);
