using System.Text;

namespace Sextant.Passages;

/// <summary>The marks that a text may begin with, and the encodings that they announce.</summary>
internal static class ByteOrderMark
{
    /// <summary>Bytes of the longest mark.</summary>
    public const int MaxLength = 4;

    /// <summary>UTF-8 without a mark; what is no UTF-8 is an error.</summary>
    public static Encoding Utf8 { get; } = new UTF8Encoding(false, throwOnInvalidBytes: true);

    // UTF-32 before UTF-16, whose little-endian mark it begins with.
    private static readonly (byte[] Mark, Encoding Encoding)[] s_marks =
    [
        ([0xEF, 0xBB, 0xBF], Utf8),
        ([0xFF, 0xFE, 0, 0], new UTF32Encoding(false, false, throwOnInvalidCharacters: true)),
        ([0, 0, 0xFE, 0xFF], new UTF32Encoding(true, false, throwOnInvalidCharacters: true)),
        ([0xFF, 0xFE], new UnicodeEncoding(false, false, throwOnInvalidBytes: true)),
        ([0xFE, 0xFF], new UnicodeEncoding(true, false, throwOnInvalidBytes: true)),
    ];

    /// <summary>The encoding that a text's first bytes announce, and how many of them are the mark.</summary>
    /// <param name="head">The first <see cref="MaxLength"/> bytes, or all where there are fewer.</param>
    /// <param name="unmarked">The encoding of a text without a mark.</param>
    public static (Encoding Encoding, int Length) Find(ReadOnlySpan<byte> head, Encoding unmarked)
    {
        foreach ((byte[] mark, Encoding encoding) in s_marks)
        {
            if (head.StartsWith(mark))
                return (encoding, mark.Length);
        }
        return (unmarked, 0);
    }

    /// <summary>Whether some bytes may be the beginning of a mark that is longer.</summary>
    public static bool MayContinue(ReadOnlySpan<byte> head)
    {
        foreach ((byte[] mark, _) in s_marks)
        {
            if (mark.Length > head.Length && mark.AsSpan().StartsWith(head))
                return true;
        }
        return false;
    }
}
