using System.Security.Cryptography;

namespace Sextant.Conversion;

/// <summary>A folder that appears whole or not at all: it is written beside its final name and moved there.</summary>
internal static class NewFolder
{
    /// <exception cref="IOException">There is something in it.</exception>
    public static void RequireEmpty(string folder)
    {
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
            throw new IOException($"{folder}: is there already and not empty; name another folder.");
    }

    /// <summary>Writes the folder, and returns the path of one file in it.</summary>
    /// <remarks>
    /// Two that convert the same model at once both succeed: the second finds what it would have written.
    /// </remarks>
    public static string Write(string folder, string name, Action<string> write)
    {
        folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        string partial = $"{folder}.{Guid.NewGuid():N}.partial";
        string weights = Path.Combine(folder, name);
        try
        {
            Directory.CreateDirectory(partial);
            write(partial);
            if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any())
                Directory.Delete(folder);
            Directory.Move(partial, folder);
        }
        catch (IOException) when (File.Exists(weights)
            && HashOf(weights) == HashOf(Path.Combine(partial, name)))
        {
        }
        finally
        {
            if (Directory.Exists(partial))
                Directory.Delete(partial, recursive: true);
        }
        return weights;
    }

    /// <summary>SHA-256 of a file, in lower-case hexadecimal digits.</summary>
    public static string HashOf(string path)
    {
        using FileStream file = File.OpenRead(path);
        return System.Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
