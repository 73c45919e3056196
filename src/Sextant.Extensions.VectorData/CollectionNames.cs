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
    /// the small one, since file systems may not tell them apart; the rest is %XX for each byte of UTF-8. So are a '.'
    /// at the end, which Windows drops, and the first letter of a name that Windows keeps for a device.
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
        bool isDevice = IsDevice(name);
        for (int i = 0; i < bytes.Length; i++)
        {
            char c = (char)bytes[i];
            bool isPlain = char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_';
            bool isDotWithin = c == '.' && i > 0 && i < bytes.Length - 1;
            if ((isPlain && !(i == 0 && isDevice)) || isDotWithin)
                folder.Append(c);
            else if (char.IsAsciiLetterUpper(c))
                folder.Append('+').Append(char.ToLowerInvariant(c));
            else
                folder.Append(CultureInfo.InvariantCulture, $"%{bytes[i]:X2}");
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

    // With anything after a '.', too; capitals are two characters in any case.
    private static bool IsDevice(string name)
    {
        string first = name.Split('.', 2)[0];
        return first is "con" or "prn" or "aux" or "nul"
            || (first.Length == 4 && first[..3] is "com" or "lpt" && char.IsAsciiDigit(first[3]));
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
