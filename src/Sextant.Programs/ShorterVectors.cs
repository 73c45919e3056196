using System.Globalization;
using Sextant.Weights;

namespace Sextant.Programs;

/// <summary>The lengths of vectors that a model was trained for (Matryoshka), as far as its files say.</summary>
internal sealed class ShorterVectors
{
    private readonly int _dimensions;
    private readonly int[] _trained;

    private ShorterVectors(int dimensions, int[] trained) => (_dimensions, _trained) = (dimensions, trained);

    /// <summary>
    /// Reads them: matryoshka_dimensions in config.json, truncate_dim in config_sentence_transformers.json.
    /// </summary>
    /// <exception cref="InvalidModelException">A file is damaged.</exception>
    public static ShorterVectors Of(ModelCard card)
    {
        int[] trained = ConfigFile.ReadIfPresent(Path.Combine(card.Path, "config.json"))
            ?.OptionalInts("matryoshka_dimensions", 1, int.MaxValue) ?? [];
        int? truncated = ConfigFile.ReadIfPresent(Path.Combine(card.Path, "config_sentence_transformers.json"))
            ?.OptionalInt("truncate_dim", 1, int.MaxValue);
        return new ShorterVectors(card.Dimensions, truncated is { } one ? [.. trained, one] : trained);
    }

    /// <summary>What a caller has to know of vectors of a length; null where there is nothing to say.</summary>
    public string? NoteOf(int dimensions)
    {
        if (dimensions >= _dimensions || _trained.Contains(dimensions))
            return null;
        return _trained.Length > 0
            ? string.Create(CultureInfo.InvariantCulture,
                $"the model was trained for vectors of {string.Join(", ", _trained)} values, not of {dimensions}")
            : string.Create(CultureInfo.InvariantCulture,
                $"the model's files do not say that it was trained for vectors of fewer than {_dimensions} values; "
                + $"the first {dimensions} may rank worse");
    }
}
