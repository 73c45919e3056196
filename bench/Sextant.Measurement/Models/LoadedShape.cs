using Sextant.Backends;

namespace Sextant.Measurement.Models;

/// <summary>A model to measure: a folder of its own, or a shape with random weights.</summary>
/// <param name="Name">What rows call it.</param>
/// <param name="Folder">Where it is.</param>
/// <param name="Flags">What names it again: --shape minilm or --model DIR, word by word.</param>
/// <param name="IsSynthetic">Random weights; there is no tokenizer, and the pooling is mean.</param>
internal sealed record LoadedShape(string Name, string Folder, IReadOnlyList<string> Flags, bool IsSynthetic)
{
    /// <summary>The flags as they are typed.</summary>
    public string Typed => string.Join(
        ' ', Flags.Select(word => word.Contains(' ', StringComparison.Ordinal) ? $"\"{word}\"" : word));

    /// <summary>Loads it onto a device.</summary>
    public EmbeddingModel Load(Device device, Precision precision, int? threads) =>
        EmbeddingModel.Load(Folder, Options(precision, threads) with { Device = device });

    /// <summary>How it is used, whatever the device.</summary>
    public EmbeddingOptions Options(Precision precision, int? threads) => new()
    {
        Pooling = IsSynthetic ? "mean" : null,
        Normalize = IsSynthetic ? true : null,
        Threads = threads,
        Precision = precision,
    };
}
