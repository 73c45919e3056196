using Sextant.Passages;

namespace Sextant.Cli.Caches;

/// <summary>A file as it was embedded.</summary>
/// <param name="Passages">Its passages, in order.</param>
/// <param name="Vectors">[passages, dimensions], row by row.</param>
/// <param name="Reports">What the model said of each passage; none without a model.</param>
internal sealed record CachedFile(List<Passage> Passages, float[] Vectors, TextReport[] Reports);
