using System.Globalization;
using System.Text;

namespace Sextant.Extensions.VectorData;

/// <summary>Names of collections as names of folders, and back: any name, on any file system.</summary>
internal static class CollectionNames
{
    // Of UTF-8, as most file systems have it.
    private const int MaxBytes = 200;

    /// <summary>
    /// Small ASCII letters, digits, '-' and '_', and a '.' that does not come first, stay; a capital letter is '+' and
    /// the small one, since file systems may not tell them apart; the rest is %XX for each byte of UTF-8.
    /// </summary>
    /// <exception cref="ArgumentException">The name is too long, or is not Unicode.</exception>
    public static string ToFolder(string name)
    {
        var folder = new StringBuilder(name.Length);
        byte[] bytes;
        try
        {
            bytes = new UTF8Encoding(false, throwOnInvalidBytes: true).GetBytes(name);
        }
        catch (EncoderFallbackException problem)
        {
            throw new ArgumentException($"the collection's name '{name}' is not Unicode.", nameof(name), problem);
        }
        foreach (byte one in bytes)
        {
            char c = (char)one;
            bool isPlain = char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_';
            if (isPlain || (c == '.' && folder.Length > 0))
                folder.Append(c);
            else if (char.IsAsciiLetterUpper(c))
                folder.Append('+').Append(char.ToLowerInvariant(c));
            else
                folder.Append(CultureInfo.InvariantCulture, $"%{one:X2}");
        }
        return folder.Length <= MaxBytes
            ? folder.ToString()
            : throw new ArgumentException(
                $"the collection's name '{name}' is too long for a folder's ({folder.Length} of {MaxBytes} bytes).",
                nameof(name));
    }

    /// <summary>The name of which a folder is the one; null: of none.</summary>
    public static string? FromFolder(string folder)
    {
        var bytes = new List<byte>(folder.Length);
        for (int i = 0; i < folder.Length; i++)
        {
            if (folder[i] == '+' && i + 1 < folder.Length)
                bytes.Add((byte)char.ToUpperInvariant(folder[++i]));
            else if (folder[i] == '%' && i + 2 < folder.Length && byte.TryParse(
                folder.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte one))
            {
                bytes.Add(one);
                i += 2;
            }
            else
            {
                bytes.Add((byte)folder[i]);
            }
        }
        string name = Encoding.UTF8.GetString([.. bytes]);
        return name.Length > 0 && IsFolderOf(name, folder) ? name : null;
    }

    private static bool IsFolderOf(string name, string folder)
    {
        try
        {
            return ToFolder(name) == folder;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
