using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Sextant.Passages;

/// <summary>Finds files in folders, and opens a file as text, after all of it was found to be text.</summary>
public static class TextFile
{
    private const int BufferSize = 1 << 16;

    /// <summary>
    /// Lists files: those named, and those in the folders named, however deep. Entries of a folder come in the
    /// ordinal order of their names. A path named twice comes once.
    /// </summary>
    /// <param name="paths">Files and folders. What is named here is taken even if it is hidden, or a link.</param>
    /// <param name="skipped">Told each file and folder that is left out, and why.</param>
    /// <exception cref="FileNotFoundException">
    /// A named path does not exist; thrown when the enumeration comes to it.
    /// </exception>
    public static IEnumerable<string> Find(IEnumerable<string> paths, Action<SkippedPath> skipped) =>
        TextFiles.Find(paths, skipped);

    /// <summary>
    /// Opens the file, or says why it is not text. The file is read once from end to end to know that (in blocks, at
    /// the speed of the disk), so that no passage of a file is given out before a binary part of it is met.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="skipped">Why it is skipped, where it is.</param>
    /// <param name="encoding">
    /// What files without a byte order mark are in; it should throw where bytes are not text. Null: UTF-8.
    /// </param>
    /// <returns>A reader at the first character, which the caller disposes; null when the file is skipped.</returns>
    public static StreamReader? Open(string path, out SkippedPath skipped, Encoding? encoding = null)
    {
        FileStream? stream = null;
        try
        {
            stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
            if (Check(stream, ref encoding, out int start) is { } reason)
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

    private static SkipReason? Check(FileStream stream, [NotNull] ref Encoding? encoding, out int start)
    {
        (encoding, start) = (encoding ?? ByteOrderMark.Utf8, 0);
        if (!stream.CanSeek || stream.Length == 0)
            return SkipReason.Empty;
        Span<byte> head = stackalloc byte[ByteOrderMark.MaxLength];
        head = head[..stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
        (encoding, start) = ByteOrderMark.Find(head, encoding);
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
