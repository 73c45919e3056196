using System.Security.Cryptography;
using System.Text;

namespace Sextant.Gpu;

/// <summary>
/// Compiled kernels on disk: in the folder that SEXTANT_CACHE names (empty: nowhere), else in the user's cache
/// (XDG_CACHE_HOME or ~/.cache on Unix, LocalApplicationData on Windows), below "sextant".
/// </summary>
/// <remarks>
/// Nothing here ever fails: without a cache, kernels are compiled again. Names are hashes of all that makes a kernel. A
/// folder that others may write (<see cref="PrivatePath"/>) is neither read nor written.
/// </remarks>
internal static class KernelCache
{
    /// <summary>The variable that names the folder.</summary>
    public const string Variable = "SEXTANT_CACHE";

    // A file is a checksum of what follows it.
    private const int ChecksumBytes = SHA256.HashSizeInBytes;

    /// <summary>Where kernels that are made of these parts are kept; null where nothing is kept.</summary>
    public static string? File(string kind, params ReadOnlySpan<string> parts)
    {
        string? folder = Folder();
        if (folder is null)
            return null;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string part in parts)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(part));
            hash.AppendData([0]);
        }
        return Path.Combine(folder, kind, Convert.ToHexStringLower(hash.GetHashAndReset()) + ".bin");
    }

    /// <summary>What is kept there; null where there is nothing, or it is damaged.</summary>
    public static byte[]? Read(string? file)
    {
        try
        {
            if (file is null || !System.IO.File.Exists(file) || !PrivatePath.Is(file))
                return null;
            byte[] bytes = System.IO.File.ReadAllBytes(file);
            return bytes.Length > ChecksumBytes
                && SHA256.HashData(bytes.AsSpan(ChecksumBytes)).AsSpan().SequenceEqual(bytes.AsSpan(0, ChecksumBytes))
                ? bytes[ChecksumBytes..] : null;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Keeps kernels, in a file that appears when it is complete.</summary>
    public static void Write(string? file, byte[] content)
    {
        if (file is null || content.Length == 0)
            return;
        string part = $"{file}.{Environment.ProcessId}.part";
        try
        {
            string folder = Path.GetDirectoryName(file)!;
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(folder);
            }
            else
            {
                const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
                Directory.CreateDirectory(folder, Owner | UnixFileMode.UserExecute);
                options.UnixCreateMode = Owner;
            }
            if (!PrivatePath.Is(folder))
                return;
            System.IO.File.Delete(part); // a link that was put there, not what it leads to
            using (var stream = new FileStream(part, options))
            {
                stream.Write(SHA256.HashData(content));
                stream.Write(content);
            }
            System.IO.File.Move(part, file, overwrite: true);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // The next process compiles again.
        }
    }

    private static string? Folder()
    {
        string? named = Environment.GetEnvironmentVariable(Variable);
        if (named is not null)
            return named.Length == 0 ? null : named;
        if (OperatingSystem.IsWindows())
            return Beside(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData));
        string? cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        if (!string.IsNullOrEmpty(cache))
            return Beside(cache);
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return home.Length == 0 ? null : Beside(Path.Combine(home, ".cache"));
    }

    private static string? Beside(string folder) => folder.Length == 0 ? null : Path.Combine(folder, "sextant");
}
