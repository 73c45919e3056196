using System.Text;

namespace Sextant.Passages;

/// <summary>Opens a file as text, after all of it was found to be text.</summary>
public static class TextFile
{
    private const int BufferSize = 1 << 16;

    // Byte order marks and what they announce; UTF-32 before UTF-16, whose little-endian mark it begins with.
    private static readonly (byte[] Mark, Encoding Encoding)[] Marks =
    [
        ([0xEF, 0xBB, 0xBF], new UTF8Encoding(false, throwOnInvalidBytes: true)),
        ([0xFF, 0xFE, 0, 0], new UTF32Encoding(false, false, throwOnInvalidCharacters: true)),
        ([0, 0, 0xFE, 0xFF], new UTF32Encoding(true, false, throwOnInvalidCharacters: true)),
        ([0xFF, 0xFE], new UnicodeEncoding(false, false, throwOnInvalidBytes: true)),
        ([0xFE, 0xFF], new UnicodeEncoding(true, false, throwOnInvalidBytes: true)),
    ];

    /// <summary>
    /// Opens the file, or says why it is not text. The file is read once from end to end to know that (in blocks, at
    /// the speed of the disk), so that no passage of a file is given out before a binary part of it is met.
    /// </summary>
    /// <returns>A reader at the first character, which the caller disposes; null when the file is skipped.</returns>
    public static StreamReader? Open(string path, out SkippedPath skipped)
    {
        FileStream? stream = null;
        try
        {
            stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
            if (Check(stream, out Encoding encoding, out int start) is { } reason)
            {
                skipped = new SkippedPath(path, reason);
                stream.Dispose();
                return null;
            }
            stream.Position = start;
            skipped = default;
            return new StreamReader(stream, encoding, detectEncodingFromByteOrderMarks: false, BufferSize);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            stream?.Dispose();
            skipped = new SkippedPath(path, SkipReason.Unreadable, problem.Message);
            return null;
        }
    }

    private static SkipReason? Check(FileStream stream, out Encoding encoding, out int start)
    {
        (encoding, start) = (Marks[0].Encoding, 0);
        if (!stream.CanSeek || stream.Length == 0)
            return SkipReason.Empty;
        Span<byte> head = stackalloc byte[4];
        head = head[..stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
        foreach ((byte[] mark, Encoding marked) in Marks)
        {
            if (head.StartsWith(mark))
            {
                (encoding, start) = (marked, mark.Length);
                break;
            }
        }
        stream.Position = start;
        using var reader = new StreamReader(stream, encoding, false, BufferSize, leaveOpen: true);
        try
        {
            char[] buffer = new char[BufferSize];
            for (int read; (read = reader.Read(buffer)) > 0;)
            {
                if (buffer.AsSpan(0, read).Contains('\0'))
                    return SkipReason.Binary;
            }
            return null;
        }
        catch (DecoderFallbackException)
        {
            return SkipReason.NotUnicode;
        }
    }
}
