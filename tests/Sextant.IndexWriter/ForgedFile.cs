using System.Buffers.Binary;
using Sextant.Indexes;

namespace Sextant.IndexWriting;

/// <summary>A file of an index, changed as a forger would: field by field, with checksums that fit the
/// change.</summary>
internal static class ForgedFile
{
    private static readonly ulong[] s_numbers =
    [
        0, 1, 2, 3, 7, 8, 9, 63, 64, 127, 128, 255, 256, 4095, 4096, 65535, 65536, int.MaxValue, 1UL << 31,
        uint.MaxValue, 1UL << 32, long.MaxValue, 1UL << 63, ulong.MaxValue,
        0x7F80_0000, 0x7FC0_0000, 0xFF7F_FFFF, 0x7F7F_FFFF, 0x0000_0001,
        0x7FF0_0000_0000_0000, 0x7C00_7C00_7C00_7C00, 0x7F80_7F80_7F80_7F80,
    ];

    /// <summary>Some changes to a file; half of the time the checksums are made to fit.</summary>
    public static byte[] Change(byte[] valid, Random random, out bool isMended)
    {
        List<byte> bytes = [.. valid];
        isMended = random.Next(8) != 0;
        for (int times = random.Next(1, 5); times > 0 && bytes.Count > 0; times--)
            ChangeOnce(bytes, Place(valid, bytes.Count, random), random);
        byte[] changed = [.. bytes];
        if (isMended)
            Mend(changed);
        return changed;
    }

    // Headers and tables are small; they get their share, and so does the beginning of each section.
    private static int Place(byte[] valid, int count, Random random)
    {
        bool isSegment = valid.AsSpan().StartsWith(IndexFormat.SegmentMagic);
        int position = random.Next(4) switch
        {
            0 => random.Next(isSegment ? IndexFormat.SegmentHeaderBytes : 120),
            1 when isSegment => (int)BinaryPrimitives.ReadUInt64LittleEndian(valid.AsSpan(24)) + random.Next(2000),
            2 when isSegment => (random.Next(valid.Length / IndexFormat.SectionAlignment + 1)
                * IndexFormat.SectionAlignment) + random.Next(64),
            _ => random.Next(count),
        };
        return Math.Min(position, count - 1);
    }

    private static void ChangeOnce(List<byte> bytes, int position, Random random)
    {
        switch (random.Next(9))
        {
            case 0:
                bytes[position] ^= (byte)(1 << random.Next(8));
                return;
            case 1:
                bytes[position] = (byte)random.Next(256);
                return;
            case 2:
                bytes.RemoveRange(position, Math.Min(bytes.Count - position, random.Next(1, 5000)));
                return;
            case 3:
                bytes.InsertRange(position, new byte[random.Next(1, 64)]);
                return;
            case 4: // two fields are swapped
                int other = random.Next(bytes.Count & ~7), length = random.Next(2) == 0 ? 4 : 8;
                for (int i = 0; i < length && position + i < bytes.Count && other + i < bytes.Count; i++)
                    (bytes[position + i], bytes[other + i]) = (bytes[other + i], bytes[position + i]);
                return;
            default: // a field gets a number that is at some limit, or near its own
                int size = 1 << random.Next(1, 4), start = position & ~(size - 1);
                Span<byte> field = stackalloc byte[8];
                for (int i = 0; i < size && start + i < bytes.Count; i++)
                    field[i] = bytes[start + i];
                ulong number = random.Next(3) == 0
                    ? BinaryPrimitives.ReadUInt64LittleEndian(field) + (ulong)random.NextInt64(-2, 3)
                    : s_numbers[random.Next(s_numbers.Length)];
                BinaryPrimitives.WriteUInt64LittleEndian(field, number);
                for (int i = 0; i < size && start + i < bytes.Count; i++)
                    bytes[start + i] = field[i];
                return;
        }
    }

    /// <summary>Makes the checksums fit: the frame of a small file, or header, table and blocks of a segment.</summary>
    public static void Mend(byte[] file)
    {
        if (file.Length >= IndexFormat.SegmentHeaderBytes && file.AsSpan(0, 8).SequenceEqual(IndexFormat.SegmentMagic))
        {
            ulong start = BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(24));
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(32));
            if (start <= (ulong)file.Length && length <= (ulong)file.Length - start)
            {
                MendBlocks(file, (int)start, (int)length);
                BinaryPrimitives.WriteUInt32LittleEndian(
                    file.AsSpan(36), Checksum.Of(file.AsSpan((int)start, (int)length)));
            }
            BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(60), Checksum.Of(file.AsSpan(0, 60)));
            return;
        }
        if (file.Length < IndexFormat.FrameBytes)
            return;
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(12), (uint)(file.Length - IndexFormat.FrameBytes));
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(16), Checksum.Of(file.AsSpan(IndexFormat.FrameBytes)));
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(20), Checksum.Of(file.AsSpan(0, 20)));
    }

    /// <summary>The manifest with what it says of a segment, or of the definition, made to fit a changed
    /// file.</summary>
    public static byte[] Name(byte[] manifest, string name, byte[] changed)
    {
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(manifest.AsSpan(8));
        Manifest read = Manifest.FromBody("manifest", manifest.AsSpan(IndexFormat.FrameBytes), version);
        if (name == IndexFormat.DefinitionName && changed.Length >= IndexFormat.FrameBytes)
            read = read with { DefinitionChecksum = Checksum.Of(changed.AsSpan(IndexFormat.FrameBytes)) };
        if (changed.Length >= IndexFormat.SegmentHeaderBytes)
        {
            read = read with
            {
                Segments = [.. read.Segments.Select(one => IndexFormat.SegmentName(one.Number) != name ? one : one with
                {
                    Length = (ulong)changed.Length,
                    Documents = BinaryPrimitives.ReadUInt32LittleEndian(changed.AsSpan(16)),
                    Rows = BinaryPrimitives.ReadUInt32LittleEndian(changed.AsSpan(20)),
                    HeaderChecksum = BinaryPrimitives.ReadUInt32LittleEndian(changed.AsSpan(60)),
                })],
            };
        }
        return read.ToFile();
    }

    private static void MendBlocks(byte[] file, int position, int length)
    {
        int end = position + length;
        while (position + 8 <= end)
        {
            long name = BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(position + 4));
            if (position + 24 + name > end)
                return;
            position += 8 + (int)name;
            ulong offset = BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(position));
            ulong bytes = BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(position + 8));
            position += 16;
            if (offset > (ulong)file.Length || bytes > (ulong)file.Length - offset)
                return;
            for (ulong block = 0; block < bytes && position + 4 <= end; block += IndexFormat.BlockBytes, position += 4)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(position), Checksum.Of(file.AsSpan(
                    (int)(offset + block), (int)Math.Min(IndexFormat.BlockBytes, bytes - block))));
            }
        }
    }
}
