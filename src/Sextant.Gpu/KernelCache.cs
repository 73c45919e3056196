using System.Security.Cryptography;
using System.Text;
using Sextant.Runtime;

namespace Sextant.Gpu;

/// <summary>Compiled kernels on disk, in <see cref="UserCache"/>.</summary>
/// <remarks>
/// Nothing here ever fails: without a cache, kernels are compiled again. Names are hashes of all that makes a kernel. A
/// folder that others may write (<see cref="PrivatePath"/>) is neither read nor written.
/// </remarks>
internal static class KernelCache
{
    // A file is a checksum of what follows it.
    private const int ChecksumBytes = SHA256.HashSizeInBytes;

    /// <summary>Where kernels that are made of these parts are kept; null where nothing is kept.</summary>
    public static string? File(string kind, params ReadOnlySpan<string> parts)
    {
        string? folder = UserCache.Folder();
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
            if (file is null || !UserCache.Has(file))
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
            if (!UserCache.TryCreate(Path.GetDirectoryName(file)!))
                return;
            using (FileStream stream = UserCache.Create(part))
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
}
