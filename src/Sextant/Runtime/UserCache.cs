namespace Sextant.Runtime;

/// <summary>
/// The user's folder for what can be made again: the one that SEXTANT_CACHE names (empty: none), else "sextant" in the
/// user's caches (XDG_CACHE_HOME or ~/.cache on Unix, LocalApplicationData on Windows).
/// </summary>
internal static class UserCache
{
    /// <summary>The variable that names the folder.</summary>
    public const string Variable = "SEXTANT_CACHE";

    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The folder, which need not exist; null where nothing is to be kept.</summary>
    public static string? Folder()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { } named)
            return named.Length == 0 ? null : named;
        if (OperatingSystem.IsWindows())
            return Beside(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData));
        if (Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } caches)
            return Beside(caches);
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return home.Length == 0 ? null : Beside(Path.Combine(home, ".cache"));
    }

    /// <summary>
    /// Makes a folder in it for this user alone, and says whether it is one that nobody else can write to.
    /// </summary>
    public static bool TryCreate(string folder)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, Owner | UnixFileMode.UserExecute);
        return PrivatePath.Is(folder);
    }

    /// <summary>Whether a file is there, and nobody else can have written it.</summary>
    public static bool Has(string file) => File.Exists(file) && PrivatePath.Is(file);

    /// <summary>A new file for this user alone. A link that stands there is replaced, not followed.</summary>
    public static FileStream Create(string file)
    {
        File.Delete(file);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = Owner;
        return new FileStream(file, options);
    }

    private static string? Beside(string folder) => folder.Length == 0 ? null : Path.Combine(folder, "sextant");
}
