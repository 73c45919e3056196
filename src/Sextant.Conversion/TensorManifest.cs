using System.Security.Cryptography;

namespace Sextant.Conversion;

/// <summary>The SHA-256 of each tensor's bytes, a line each: 64 digits, two spaces, the tensor's name.</summary>
internal static class TensorManifest
{
    public static string[] LinesOf(IEnumerable<StoredTensor> tensors) =>
    [
        .. tensors.OrderBy(one => one.Name, StringComparer.Ordinal)
            .Select(one => $"{Convert.ToHexStringLower(SHA256.HashData(one.Bytes))}  {one.Name}"),
    ];

    /// <exception cref="InvalidModelException">A tensor is another one than the manifest says.</exception>
    public static void Require(string manifest, string model, IEnumerable<StoredTensor> tensors)
    {
        string[] expected = [.. File.ReadLines(manifest).Where(line => line.Length > 0 && line[0] != '#')];
        string[] found = LinesOf(tensors);
        string[] missing = [.. expected.Except(found, StringComparer.Ordinal)];
        if (missing.Length == 0 && found.Length == expected.Length)
            return;
        string first = missing.Length > 0 ? missing[0] : found.Except(expected, StringComparer.Ordinal).First();
        throw new InvalidModelException(
            model,
            $"{Math.Max(missing.Length, found.Length - expected.Length)} of its tensors differ from {manifest}, such "
            + $"as '{first[66..]}'; this is another model.");
    }
}
