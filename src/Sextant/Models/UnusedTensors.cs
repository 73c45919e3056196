using Sextant.Weights;

namespace Sextant.Models;

/// <summary>Says which tensors of a checkpoint a trunk has no use for.</summary>
internal static class UnusedTensors
{
    /// <summary>One line for each group of names, such as "pooler.dense"; empty where all were used.</summary>
    /// <param name="checkpoint">All tensors.</param>
    /// <param name="used">The names that were asked for.</param>
    /// <param name="partial">
    /// Whether only the first layers were loaded, as asked: then layers are not spoken of.
    /// </param>
    public static List<string> Describe(Checkpoint checkpoint, IReadOnlySet<string> used, bool partial)
    {
        var groups = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (TensorInfo tensor in checkpoint.Tensors)
        {
            if (used.Contains(tensor.Name) || IsBuffer(tensor.Name) || (partial && HasNumber(tensor.Name)))
                continue;
            int end = tensor.Name.LastIndexOf('.');
            string group = end < 0 ? tensor.Name : tensor.Name[..end];
            groups[group] = groups.GetValueOrDefault(group) + 1;
        }
        var lines = new List<string>();
        foreach ((string group, int count) in groups)
        {
            if (lines.Count == 12)
            {
                lines.Add($"… and tensors of {MessageText.Number(groups.Count - 12)} more parts were not used.");
                break;
            }
            lines.Add($"{MessageText.Quote(group)} ({MessageText.Number(count)} tensors) was not used: "
                + "the encoder does not need it.");
        }
        return lines;
    }

    // Tables that follow from the config and that older programs stored too.
    private static bool IsBuffer(string name) =>
        name.EndsWith("position_ids", StringComparison.Ordinal)
        || name.EndsWith("rotary_emb.inv_freq", StringComparison.Ordinal)
        || name.EndsWith("masked_bias", StringComparison.Ordinal);

    private static bool HasNumber(string name)
    {
        foreach (Range part in name.AsSpan().Split('.'))
        {
            if (int.TryParse(name.AsSpan()[part], out _))
                return true;
        }
        return false;
    }
}
