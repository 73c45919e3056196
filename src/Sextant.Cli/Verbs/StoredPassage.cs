using System.Buffers.Binary;
using System.Text;
using Sextant.Cli.Inputs;
using Sextant.Passages;

namespace Sextant.Cli.Verbs;

/// <summary>A passage as an index keeps it: five numbers, then its text (src/Sextant/Indexes/FORMAT.md).</summary>
internal static class StoredPassage
{
    private const int Numbers = 5;

    public static byte[] Write(Passage passage)
    {
        byte[] bytes = new byte[(Numbers * sizeof(long)) + Encoding.UTF8.GetByteCount(passage.Text)];
        long[] numbers = [passage.Start, passage.End, passage.FirstLine, passage.LastLine, passage.Tokens];
        for (int i = 0; i < Numbers; i++)
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(i * sizeof(long)), numbers[i]);
        Encoding.UTF8.GetBytes(passage.Text, bytes.AsSpan(Numbers * sizeof(long)));
        return bytes;
    }

    public static Passage Read(string file, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < Numbers * sizeof(long))
            throw new InputException($"{file}: its passages in the index were not written by 'sextant index'.");
        return new Passage(
            file, (int)Number(bytes, 2), (int)Number(bytes, 3), Number(bytes, 0), Number(bytes, 1),
            (int)Number(bytes, 4),
            Encoding.UTF8.GetString(bytes[(Numbers * sizeof(long))..]));

        static long Number(ReadOnlySpan<byte> bytes, int place) =>
            BinaryPrimitives.ReadInt64LittleEndian(bytes[(place * sizeof(long))..]);
    }
}
