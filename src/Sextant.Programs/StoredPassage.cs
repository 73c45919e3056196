using System.Buffers.Binary;
using System.Text;
using Sextant.Passages;

namespace Sextant.Programs;

/// <summary>
/// A passage as an index keeps it: start, end, first line, last line, tokens (64 bits each), the length of its headings
/// in bytes (32 bits), and headings and text in UTF-8.
/// </summary>
internal static class StoredPassage
{
    private const int Numbers = 5;

    // The first number is a position, which is never negative: its complement says that headings follow the numbers.
    public static byte[] Write(Passage passage)
    {
        int head = Numbers * sizeof(long), headings = Encoding.UTF8.GetByteCount(passage.Headings);
        byte[] bytes = new byte[head + sizeof(int) + headings + Encoding.UTF8.GetByteCount(passage.Text)];
        long[] numbers = [~passage.Start, passage.End, passage.FirstLine, passage.LastLine, passage.Tokens];
        for (int i = 0; i < Numbers; i++)
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(i * sizeof(long)), numbers[i]);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(head), headings);
        Encoding.UTF8.GetBytes(passage.Headings, bytes.AsSpan(head + sizeof(int)));
        Encoding.UTF8.GetBytes(passage.Text, bytes.AsSpan(head + sizeof(int) + headings));
        return bytes;
    }

    public static Passage Read(string file, ReadOnlySpan<byte> bytes)
    {
        const int Head = Numbers * sizeof(long);
        if (bytes.Length < Head)
            throw Foreign(file);
        long start = Number(bytes, 0);
        ReadOnlySpan<byte> text = bytes[Head..];
        string headings = "";
        if (start < 0)
        {
            int length = text.Length < sizeof(int) ? -1 : BinaryPrimitives.ReadInt32LittleEndian(text);
            if (length < 0 || length > text.Length - sizeof(int))
                throw Foreign(file);
            headings = Encoding.UTF8.GetString(text.Slice(sizeof(int), length));
            start = ~start;
            text = text[(sizeof(int) + length)..];
        }
        return new Passage(
            file, (int)Number(bytes, 2), (int)Number(bytes, 3), start, Number(bytes, 1), (int)Number(bytes, 4),
            Encoding.UTF8.GetString(text))
        {
            Headings = headings,
        };

        static long Number(ReadOnlySpan<byte> bytes, int position) =>
            BinaryPrimitives.ReadInt64LittleEndian(bytes[(position * sizeof(long))..]);
    }

    private static InputException Foreign(string file) =>
        new($"{file}: its passages in the index were not written by 'sextant index'.");
}
