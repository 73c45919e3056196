using System.Globalization;
using Sextant.Backends;
using Sextant.Ilgpu;

namespace Sextant.Server.Hosting;

/// <summary>
/// What the server is told: section Sextant of the configuration, which arguments, the environment (Sextant__Device)
/// and appsettings.json fill.
/// </summary>
internal sealed class ServerOptions
{
    public const string Section = "Sextant";

    /// <summary>Names or folders of models; none: SEXTANT_MODEL, or the model that came with this build.</summary>
    public List<string> Models { get; set; } = [];

    /// <summary>Folders of indexes by name.</summary>
    public Dictionary<string, string> Indexes { get; set; } = new(StringComparer.Ordinal);

    /// <summary>exact, int8, bf16 or fast.</summary>
    public string Precision { get; set; } = "exact";

    /// <summary>What computes, as the tool's --device.</summary>
    public string Device { get; set; } = "cpu";

    /// <summary>Threads to compute with; null: as many as the process may use.</summary>
    public int? Threads { get; set; }

    /// <summary>right, left or error: what becomes of inputs that are too long, where a request does not say.</summary>
    public string Truncate { get; set; } = "right";

    /// <summary>A file of keys, one a line; null: no key is asked for.</summary>
    public string? ApiKeyFile { get; set; }

    /// <summary>Most inputs of a request.</summary>
    public int MaxInputs { get; set; } = 2048;

    /// <summary>Most tokens of a request, after truncation.</summary>
    public int MaxTokens { get; set; } = 300_000;

    /// <summary>Most bytes of a request's body.</summary>
    public long MaxBodyBytes { get; set; } = 32 << 20;

    /// <summary>Tokens that may wait for each model; further requests are answered 429.</summary>
    public int QueueTokens { get; set; } = 1_000_000;

    /// <summary>Tokens that are computed together.</summary>
    public int BatchTokens { get; set; } = 8192;

    /// <summary>Seconds that requests in flight have to end when the server is told to stop.</summary>
    public int ShutdownSeconds { get; set; } = 30;

    public Precision PrecisionValue => Precision switch
    {
        "int8" => Backends.Precision.Int8,
        "bf16" => Backends.Precision.BFloat16,
        "fast" => Backends.Precision.Fast,
        _ => Backends.Precision.Exact,
    };

    public Truncation TruncateValue => Truncate switch
    {
        "left" => Truncation.Left,
        "error" => Truncation.Error,
        _ => Truncation.Right,
    };

    /// <summary>Refuses what cannot be served, before anything is loaded.</summary>
    /// <exception cref="OptionException">A value is not accepted; the message names it.</exception>
    public void Check()
    {
        OneOf("precision", Precision, "exact", "int8", "bf16", "fast");
        OneOf("truncate", Truncate, "right", "left", "error");
        if (!AnyDevice.IsKnown(Device))
            throw new OptionException($"device is '{Device}'; accepted: {AnyDevice.Accepted}");
        Range("threads", Threads ?? 1, 1, 1024);
        Range("max-inputs", MaxInputs, 1, 1_000_000);
        Range("max-tokens", MaxTokens, 1, int.MaxValue);
        Range("max-body-bytes", MaxBodyBytes, 1024, int.MaxValue);
        Range("queue-tokens", QueueTokens, 1, int.MaxValue);
        Range("batch-tokens", BatchTokens, 1, 1 << 24);
        Range("shutdown-seconds", ShutdownSeconds, 0, 3600);
        if (ApiKeyFile is not null && !File.Exists(ApiKeyFile))
            throw new OptionException($"api-key-file is '{ApiKeyFile}'; there is no such file");
        string? twice = Models.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(one => one.Count() > 1)?.Key;
        if (twice is not null)
            throw new OptionException($"model '{twice}' is given twice");
    }

    private static void OneOf(string name, string value, params string[] accepted)
    {
        if (!accepted.Contains(value, StringComparer.Ordinal))
            throw new OptionException($"{name} is '{value}'; accepted: {string.Join(", ", accepted)}");
    }

    private static void Range(string name, long value, long least, long most)
    {
        if (value < least || value > most)
        {
            throw new OptionException(string.Create(
                CultureInfo.InvariantCulture, $"{name} is {value}; accepted: {least} to {most}"));
        }
    }
}

/// <summary>The server was started with something that it does not accept: exit code 2.</summary>
internal sealed class OptionException(string message) : Exception(message);
