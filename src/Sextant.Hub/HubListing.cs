using System.Text.Json;
using Sextant.Weights;

namespace Sextant.Hub;

/// <summary>What a model's revision consists of.</summary>
/// <param name="Commit">The commit that the revision means.</param>
/// <param name="Files">The files that are needed.</param>
internal sealed record HubListing(string Commit, IReadOnlyList<HubFile> Files)
{
    public static async Task<HubListing> Get(
        HubConnection connection, HubName name, CancellationToken cancellation)
    {
        string revision = Uri.EscapeDataString(name.Revision);
        byte[] bytes = await connection.GetBytes(
            $"/api/models/{name.Repository}/revision/{revision}?blobs=true", name.ToString(), cancellation)
            .ConfigureAwait(false);
        try
        {
            using JsonDocument json = JsonDocument.Parse(bytes);
            string commit = json.RootElement.GetProperty("sha").GetString() ?? "";
            if (commit.Length != 40 || !commit.All(char.IsAsciiHexDigitLower))
                throw new HubException($"{name}: the hub does not say which commit it is.");
            List<HubFile> all = [.. json.RootElement.GetProperty("siblings").EnumerateArray().Select(File)];
            List<HubFile> needed = all.FindAll(file => file.IsNeeded);
            if (needed.Find(file => !file.IsSafe) is { } unsafeFile)
                throw new HubException($"{name}: lists '{unsafeFile.Path}', which is no path of a file.");
            if (!needed.Exists(file => file.Path.EndsWith(".safetensors", StringComparison.Ordinal)))
            {
                string? other = all.Find(file => file.Path.EndsWith(".bin", StringComparison.Ordinal))?.Path;
                throw new HubException(
                    $"{name}: has no .safetensors file{(other is null ? "" : $", only {other}")}; others are not loaded.");
            }
            return new HubListing(commit, needed);
        }
        catch (Exception problem) when (problem is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException)
        {
            throw new HubException($"{name}: what the hub answers is no list of files.", problem);
        }
    }

    private static HubFile File(JsonElement entry)
    {
        string path = entry.GetProperty("rfilename").GetString() ?? "";
        if (entry.TryGetProperty("lfs", out JsonElement large) && large.ValueKind == JsonValueKind.Object)
        {
            return new HubFile(
                path, large.GetProperty("size").GetInt64(), large.GetProperty("sha256").GetString() ?? "", true);
        }
        return new HubFile(
            path, entry.GetProperty("size").GetInt64(), entry.GetProperty("blobId").GetString() ?? "", false);
    }
}
