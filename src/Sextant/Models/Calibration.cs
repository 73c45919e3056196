using Sextant.Backends;
using Sextant.Batches;

namespace Sextant.Models;

/// <summary>
/// What a backend may look at when it quantises weights: a backbone's pass over fixed pseudo-random ids. No data and no
/// chance: the ids depend on the size of the vocabulary alone.
/// </summary>
internal static class Calibration
{
    private const int Sequences = 4;
    private const int MaxTokens = 32;
    private const ulong Seed = 0x5E87A27;

    public static void Run(Backbone backbone, Backend backend, int layers, int maxTokens)
    {
        int length = Math.Min(MaxTokens, maxTokens);
        var batch = new PackedBatch { PaddingId = backbone.Shape.PaddingId };
        batch.Clear();
        var ids = new int[length];
        ulong state = Seed;
        for (int sequence = 0; sequence < Sequences; sequence++)
        {
            for (int i = 0; i < length; i++)
                ids[i] = (int)(Next(ref state) % (ulong)backbone.Shape.Vocabulary);
            batch.Add(ids, default, 0);
        }
        var selection = new LayerSelection(layers);
        using Workspace workspace = backend.CreateWorkspace();
        workspace.Reset(backbone.WorkspaceBytes(backend, batch.Tokens, length, selection));
        backbone.Run(backend, batch, length, workspace, selection);
    }

    // SplitMix64 (Steele, Lea, Flood, 2014).
    private static ulong Next(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        ulong z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
