using System.Text.Json;

namespace Sextant.Weights;

/// <summary>model.safetensors.index.json: which file holds which tensor.</summary>
internal static class ShardIndex
{
    // About 100 bytes a tensor; the largest checkpoints have some ten thousand tensors.
    private const long LongestIndex = 100_000_000;

    /// <summary>
    /// Opens every shard that the index names and checks that each tensor is where the index says, and only there.
    /// </summary>
    public static SafetensorsFile[] OpenShards(string file, Dictionary<string, TensorInfo> tensors)
    {
        JsonElement root = JsonText.Parse(file, JsonText.Read(file, LongestIndex));
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("weight_map", out JsonElement map)
            || map.ValueKind != JsonValueKind.Object)
            throw new InvalidModelException(file, "has no 'weight_map' object from tensor names to file names.");

        string folder = Path.GetDirectoryName(file) ?? "";
        var shards = new Dictionary<string, SafetensorsFile>();
        try
        {
            foreach (JsonProperty entry in map.EnumerateObject())
            {
                if (entry.Value.ValueKind != JsonValueKind.String)
                    throw new InvalidModelException(file,
                        $"{MessageText.Quote(entry.Name)} has a file name that is no string.");
                string name = entry.Value.GetString()!;
                if (!shards.ContainsKey(name))
                    shards.Add(name, OpenShard(file, ContainedPath.Resolve(folder, name, file), tensors));
            }
            foreach (JsonProperty entry in map.EnumerateObject())
            {
                if (!tensors.TryGetValue(entry.Name, out TensorInfo? tensor)
                    || tensor.Source != shards[entry.Value.GetString()!])
                    throw new InvalidModelException(file, $"says that {MessageText.Quote(entry.Name)} is in "
                        + $"{MessageText.Quote(entry.Value.GetString()!)}; that file does not hold it.");
            }
            return [.. shards.Values];
        }
        catch
        {
            foreach (SafetensorsFile shard in shards.Values)
                shard.Dispose();
            throw;
        }
    }

    private static SafetensorsFile OpenShard(string index, string path, Dictionary<string, TensorInfo> tensors)
    {
        if (!File.Exists(path))
            throw new InvalidModelException(index, $"names the shard {MessageText.Quote(path)}, which does not exist.");
        SafetensorsFile shard = SafetensorsFile.Open(path);
        foreach (TensorInfo tensor in shard.Tensors)
        {
            if (tensors.TryAdd(tensor.Name, tensor))
                continue;
            shard.Dispose();
            throw new InvalidModelException(index, $"{MessageText.Quote(tensor.Name)} is both in "
                + $"{MessageText.Quote(tensors[tensor.Name].File)} and in {MessageText.Quote(path)}; one shard may "
                + "hold it.");
        }
        return shard;
    }
}
