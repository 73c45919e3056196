namespace Sextant.Hub;

/// <summary>Where the hub is, who asks, and where downloads go.</summary>
/// <remarks>
/// The defaults come from the variables that huggingface_hub reads: HF_ENDPOINT, HF_TOKEN (or the file "token" in
/// HF_HOME), HF_HUB_OFFLINE, HF_HUB_CACHE, HF_HOME. Proxies: HTTPS_PROXY, HTTP_PROXY, NO_PROXY.
/// </remarks>
public sealed record HubOptions
{
    /// <summary>The hub's address, https or http.</summary>
    public Uri Endpoint { get; init; } = new(Variable("HF_ENDPOINT") ?? "https://huggingface.co");

    /// <summary>Who asks; null: nobody in particular.</summary>
    public string? Token { get; init; } = Variable("HF_TOKEN") ?? TokenFile();

    /// <summary>Whether the network is off limits: only what the cache has is found.</summary>
    public bool IsOffline { get; init; } =
        Variable("HF_HUB_OFFLINE")?.ToUpperInvariant() is "1" or "ON" or "YES" or "TRUE";

    /// <summary>Folder of the cache.</summary>
    public string CacheFolder { get; init; } = Weights.HubCache.Folder;

    /// <summary>How often a request is tried again after a failure that may pass.</summary>
    public int MaxRetries { get; init; } = 5;

    /// <summary>The first pause before a request is tried again; doubled each time.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest that a server's Retry-After is waited for.</summary>
    public TimeSpan MaxPause { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Bytes of a range, several of which are downloaded at once.</summary>
    public int RangeBytes { get; init; } = 16 << 20;

    /// <summary>How many ranges are downloaded at once.</summary>
    public int Connections { get; init; } = 4;

    private static string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value.Trim() : null;

    private static string? TokenFile()
    {
        string home = Variable("HF_HOME") ?? Path.GetDirectoryName(Weights.HubCache.Folder)!;
        string file = Path.Combine(home, "token");
        try
        {
            return File.Exists(file) && File.ReadAllText(file).Trim() is { Length: > 0 } token ? token : null;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
