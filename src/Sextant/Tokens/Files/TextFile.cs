using System.Text.Unicode;

namespace Sextant.Tokens;

/// <summary>Reads a whole file that must be UTF-8.</summary>
internal static class TextFile
{
    /// <summary>The largest tokenizers known have 35 MB.</summary>
    private const long SizeLimit = 512L << 20;

    internal static byte[] Read(string file)
    {
        byte[]? bytes;
        try
        {
            bytes = RegularFile.Read(file, SizeLimit, out long size);
            if (bytes is null)
                throw new InvalidModelException(file, $"has {size} bytes; at most {SizeLimit} are accepted.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InvalidModelException(file, $"cannot be read: {error.Message}", error);
        }
        if (!Utf8.IsValid(bytes))
            throw new InvalidModelException(file, "is not UTF-8; tokenizer files are.");
        return bytes;
    }

    internal static ReadOnlySpan<byte> WithoutMark(ReadOnlySpan<byte> bytes) =>
        bytes.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? bytes[3..] : bytes;
}
