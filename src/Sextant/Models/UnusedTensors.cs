using System.Globalization;
using Sextant.Weights;

namespace Sextant.Models;

/// <summary>Says which tensors of a checkpoint a backbone has no use for.</summary>
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

    /// <summary>
    /// Refuses a checkpoint whose layers have parts that the backbone did not ask for, such as norms on queries: the
    /// model is another one than its model_type says, and without them its vectors would be wrong.
    /// </summary>
    /// <param name="checkpoint">All tensors.</param>
    /// <param name="used">The names that were asked for.</param>
    /// <param name="before">What the names of layers begin with, up to the number.</param>
    /// <param name="layers">Layers that were loaded.</param>
    /// <param name="architecture">The family, for the message.</param>
    public static void RefuseInLayers(
        Checkpoint checkpoint, IReadOnlySet<string> used, string before, int layers, string architecture)
    {
        foreach (TensorInfo tensor in checkpoint.Tensors)
        {
            if (used.Contains(tensor.Name) || IsBuffer(tensor.Name)
                || !tensor.Name.StartsWith(before, StringComparison.Ordinal))
            {
                continue;
            }
            ReadOnlySpan<char> rest = tensor.Name.AsSpan(before.Length);
            int end = rest.IndexOf('.');
            if (end > 0 && int.TryParse(rest[..end], NumberStyles.None, CultureInfo.InvariantCulture, out int layer)
                && layer < layers)
            {
                throw new InvalidModelException(tensor.File, $"layer {MessageText.Number(layer)} has "
                    + $"{MessageText.Quote(tensor.Name)}; the layers of {architecture} have no such part, so this is "
                    + "another model, and without that part its vectors would be wrong.");
            }
        }
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
