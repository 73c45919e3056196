using System.Security.Cryptography;
using System.Text;
using Sextant.Server.Hosting;

namespace Sextant.Server.Http;

/// <summary>The keys that requests may bring. Only their digests are kept.</summary>
internal sealed class ApiKeys
{
    private readonly byte[][] _digests;

    private ApiKeys(byte[][] digests) => _digests = digests;

    /// <summary>Whether requests need one.</summary>
    public bool AreNeeded => _digests.Length > 0;

    /// <summary>Reads a file of keys, one a line; empty lines and lines that begin with '#' are none.</summary>
    /// <exception cref="OptionException">The file cannot be read or holds no key.</exception>
    public static ApiKeys Read(string? file)
    {
        if (file is null)
            return new ApiKeys([]);
        try
        {
            byte[][] digests = [.. File.ReadLines(file).Select(line => line.Trim())
                .Where(line => line.Length > 0 && line[0] != '#').Select(Digest)];
            return digests.Length > 0 ? new ApiKeys(digests)
                : throw new OptionException($"{file}: holds no key; one a line is accepted");
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new OptionException($"{file}: cannot be read: {problem.Message}");
        }
    }

    /// <summary>
    /// Whether a key is one of them. Digests are compared, each in constant time and all of them always.
    /// </summary>
    public bool Contains(string key)
    {
        byte[] digest = Digest(key);
        bool found = false;
        foreach (byte[] one in _digests)
            found |= CryptographicOperations.FixedTimeEquals(one, digest);
        return found;
    }

    private static byte[] Digest(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
