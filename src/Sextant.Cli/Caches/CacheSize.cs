using System.Globalization;

namespace Sextant.Cli.Caches;

/// <summary>How much the tool keeps of what it can make again.</summary>
internal static class CacheSize
{
    /// <summary>Says how many MiB are kept at most.</summary>
    public const string Variable = "SEXTANT_CACHE_MB";

    private const long DefaultMegabytes = 1024;

    /// <summary>Maximum number of bytes of files.</summary>
    public static long MaxBytes =>
        (long.TryParse(
            Environment.GetEnvironmentVariable(Variable), NumberStyles.None, CultureInfo.InvariantCulture,
            out long megabytes) ? Math.Min(megabytes, long.MaxValue >> 20) : DefaultMegabytes) << 20;
}
