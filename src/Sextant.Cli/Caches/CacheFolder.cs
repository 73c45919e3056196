using System.Globalization;

namespace Sextant.Cli.Caches;

/// <summary>Where the tool keeps what it can make again, and how much of it.</summary>
internal static class CacheFolder
{
    /// <summary>Names another folder.</summary>
    public const string FolderVariable = "SEXTANT_CACHE";

    /// <summary>Says how many MiB are kept at most.</summary>
    public const string SizeVariable = "SEXTANT_CACHE_MB";

    private const long DefaultMegabytes = 1024;

    /// <summary>The folder; it need not exist.</summary>
    public static string Path
    {
        get
        {
            if (Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } named)
                return named;
            if (OperatingSystem.IsWindows())
            {
                return System.IO.Path.Combine(
                    Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "sextant", "cache");
            }
            string caches = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } xdg ? xdg
                : System.IO.Path.Combine(
                    Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
            return System.IO.Path.Combine(caches, "sextant");
        }
    }

    /// <summary>Most bytes of files in it.</summary>
    public static long MaxBytes =>
        (long.TryParse(
            Environment.GetEnvironmentVariable(SizeVariable), NumberStyles.None, CultureInfo.InvariantCulture,
            out long megabytes) ? Math.Min(megabytes, long.MaxValue >> 20) : DefaultMegabytes) << 20;
}
