using Sextant.Backends;
using Sextant.Measurement.Devices;
using Sextant.Measurement.Machines;

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

    /// <summary>As many copies as two last caches hold weights, so that each pass finds its own in memory.</summary>
    public EmbeddingModel[] LoadCopies(
        BenchDevice on, Precision precision, int? threads, MachineFacts machine, bool quick)
    {
        EmbeddingModel first = Load(on.Device, precision, threads);
        long weights = Math.Max(1, first.Card.PackedBytes);
        long wanted = on.IsProcessor ? 2 * machine.LastCacheBytes / weights + 1 : 1;
        long most = Math.Max(1, Math.Min(quick ? 4 : 12, machine.MemoryBytes / 8 / weights));
        var copies = new EmbeddingModel[Math.Clamp(wanted, 1, most)];
        copies[0] = first;
        for (int i = 1; i < copies.Length; i++)
            copies[i] = Load(on.Device, precision, threads);
        return copies;
    }

    /// <summary>How it is used, whatever the device.</summary>
    public EmbeddingOptions Options(Precision precision, int? threads) => new()
    {
        Pooling = IsSynthetic ? "mean" : null,
        Normalize = IsSynthetic ? true : null,
        Threads = threads,
        Precision = precision,
    };
}
