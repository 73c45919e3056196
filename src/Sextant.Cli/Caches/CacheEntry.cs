using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Sextant.Passages;

namespace Sextant.Cli.Caches;

/// <summary>The bytes of a file in the cache.</summary>
/// <remarks>
/// Little-endian: SHA-256 of what follows; passages, dimensions (each 32 bits); for each passage start, end (64 bits),
/// first line, last line, tokens, the model's tokens, how many of them it lost and did not know, bytes of its headings and
/// of its text (32 bits), and both in UTF-8; the vectors.
/// </remarks>
internal static class CacheEntry
{
    private const int PassageHead = 48;
    private const int FileHead = 8;

    public static byte[] Write(CachedFile file)
    {
        using var bytes = new MemoryStream();
        bytes.Write(new byte[SHA256.HashSizeInBytes]);
        int count = file.Passages.Count;
        Span<byte> head = stackalloc byte[PassageHead];
        Numbers(head, count, count == 0 ? 0 : file.Vectors.Length / count);
        bytes.Write(head[..FileHead]);
        for (int i = 0; i < count; i++)
        {
            (Passage passage, TextReport report) = (file.Passages[i], file.Reports[i]);
            byte[] headings = Encoding.UTF8.GetBytes(passage.Headings), text = Encoding.UTF8.GetBytes(passage.Text);
            BinaryPrimitives.WriteInt64LittleEndian(head, passage.Start);
            BinaryPrimitives.WriteInt64LittleEndian(head[8..], passage.End);
            Numbers(
                head[16..], passage.FirstLine, passage.LastLine, passage.Tokens, report.Tokens, report.Truncated,
                report.Unknown, headings.Length, text.Length);
            bytes.Write(head);
            bytes.Write(headings);
            bytes.Write(text);
        }
        bytes.Write(MemoryMarshal.AsBytes(file.Vectors.AsSpan()));
        byte[] all = bytes.ToArray();
        SHA256.HashData(all.AsSpan(SHA256.HashSizeInBytes), all);
        return all;
    }

    /// <summary>The file, or null where the bytes are damaged or of vectors of another length.</summary>
    public static CachedFile? Read(byte[] bytes, string path, int dimensions)
    {
        if (bytes.Length < SHA256.HashSizeInBytes + FileHead)
            return null;
        ReadOnlySpan<byte> rest = bytes.AsSpan(SHA256.HashSizeInBytes);
        if (!bytes.AsSpan(0, SHA256.HashSizeInBytes).SequenceEqual(SHA256.HashData(rest)))
            return null;
        (int count, int width) = (Number(rest, 0), Number(rest, 1));
        if (count > 0 && width != dimensions)
            return null;
        rest = rest[FileHead..];
        var passages = new List<Passage>(count);
        var reports = new TextReport[count];
        for (int i = 0; i < count; i++)
        {
            long start = BinaryPrimitives.ReadInt64LittleEndian(rest);
            long end = BinaryPrimitives.ReadInt64LittleEndian(rest[8..]);
            (int headings, int length) = (Number(rest, 10), Number(rest, 11));
            reports[i] = new TextReport(Number(rest, 7), Number(rest, 8), Number(rest, 9));
            string text = Encoding.UTF8.GetString(rest.Slice(PassageHead + headings, length));
            passages.Add(new Passage(path, Number(rest, 4), Number(rest, 5), start, end, Number(rest, 6), text)
            {
                Headings = Encoding.UTF8.GetString(rest.Slice(PassageHead, headings)),
            });
            rest = rest[(PassageHead + headings + length)..];
        }
        return new CachedFile(passages, MemoryMarshal.Cast<byte, float>(rest).ToArray(), reports);
    }

    private static int Number(ReadOnlySpan<byte> bytes, int position) =>
        BinaryPrimitives.ReadInt32LittleEndian(bytes[(4 * position)..]);

    private static void Numbers(Span<byte> to, params ReadOnlySpan<int> numbers)
    {
        for (int i = 0; i < numbers.Length; i++)
            BinaryPrimitives.WriteInt32LittleEndian(to[(4 * i)..], numbers[i]);
    }
}
