using System.Buffers.Binary;

namespace Sextant.Indexes;

/// <summary>Writes segments and reads what is in them.</summary>
internal static class SegmentFile
{
    private const int PieceBytes = 1 << 20;

    /// <summary>Writes a segment and returns when it is on the disk.</summary>
    public static SegmentEntry Write(
        IndexFolder folder, ulong number, int documents, int rows, IReadOnlyList<SectionBytes> sections)
    {
        var table = new ByteWriter();
        long position = IndexFormat.SegmentHeaderBytes;
        foreach ((SectionKind kind, string name, ReadOnlyMemory<byte> bytes) in sections)
        {
            position = IndexFormat.Align(position);
            table.UInt32((uint)kind);
            table.String(name);
            table.UInt64((ulong)position);
            table.UInt64((ulong)bytes.Length);
            for (int block = 0; block < bytes.Length; block += IndexFormat.BlockBytes)
                table.UInt32(
                    Checksum.Of(bytes.Span.Slice(block, Math.Min(IndexFormat.BlockBytes, bytes.Length - block))));
            position += bytes.Length;
        }
        byte[] header = new byte[IndexFormat.SegmentHeaderBytes];
        IndexFormat.SegmentMagic.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(8), VersionOf(sections));
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(12), (uint)sections.Count);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(16), (uint)documents);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(20), (uint)rows);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(24), (ulong)position);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(32), (uint)table.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(36), Checksum.Of(table.Written));
        uint sum = Checksum.Of(header.AsSpan(0, 60));
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(60), sum);

        folder.WriteNew(IndexFormat.SegmentName(number), file =>
        {
            folder.Write(file, header);
            long written = header.Length;
            foreach (SectionBytes section in sections)
            {
                folder.Write(file, new byte[IndexFormat.Align(written) - written]);
                written = IndexFormat.Align(written) + section.Bytes.Length;
                for (int piece = 0; piece < section.Bytes.Length; piece += PieceBytes)
                {
                    int length = Math.Min(PieceBytes, section.Bytes.Length - piece);
                    folder.Write(file, section.Bytes.Span.Slice(piece, length));
                }
            }
            folder.Write(file, table.Written);
        });
        return new SegmentEntry(
            number, (ulong)(position + table.Length), (uint)documents, (uint)rows, sum, 0, 0, 0);
    }

    // What an older program can read says so.
    private static uint VersionOf(IReadOnlyList<SectionBytes> sections) =>
        sections.Any(one => one.Kind >= SectionKind.Doubles) ? IndexFormat.KindsVersion : IndexFormat.Version;

    /// <summary>Checks header and table of a mapped segment, and lists its sections.</summary>
    public static List<Section> ReadSections(SegmentBytes file, SegmentEntry entry)
    {
        byte[] read = new byte[IndexFormat.SegmentHeaderBytes];
        file.Read(0, read);
        ReadOnlySpan<byte> header = read;
        if (!header[..8].SequenceEqual(IndexFormat.SegmentMagic))
            throw new InvalidIndexException(file.Path, "is not a segment of an index.");
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(header[8..]);
        if (version != IndexFormat.KindsVersion)
            FramedFile.RequireVersion(file.Path, version);
        uint sum = BinaryPrimitives.ReadUInt32LittleEndian(header[60..]);
        if (sum != Checksum.Of(header[..60]))
            throw new InvalidIndexException(file.Path, "is damaged: its header does not have its checksum.");
        if (sum != entry.HeaderChecksum || BinaryPrimitives.ReadUInt32LittleEndian(header[16..]) != entry.Documents
            || BinaryPrimitives.ReadUInt32LittleEndian(header[20..]) != entry.Rows)
        {
            throw new InvalidIndexException(
                file.Path, "is not the segment that the manifest means: their numbers differ.");
        }
        ulong start = BinaryPrimitives.ReadUInt64LittleEndian(header[24..]);
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(header[32..]);
        if (start > (ulong)file.Length || length != (ulong)file.Length - start || length > IndexFormat.LongestFrame)
            throw new InvalidIndexException(file.Path, "is damaged: its table of sections is not at its end.");
        byte[] table = GC.AllocateUninitializedArray<byte>((int)length);
        file.Read((long)start, table);
        if (Checksum.Of(table) != BinaryPrimitives.ReadUInt32LittleEndian(header[36..]))
            throw new InvalidIndexException(file.Path, "is damaged: its table of sections does not have its checksum.");

        var reader = new ByteReader(file.Path, table);
        var sections = new List<Section>();
        for (uint left = BinaryPrimitives.ReadUInt32LittleEndian(header[12..]); left > 0; left--)
        {
            var kind = (SectionKind)reader.UInt32();
            string name = reader.String();
            (ulong offset, ulong bytes) = (reader.UInt64(), reader.UInt64());
            if (offset > start || bytes > start - offset || offset % IndexFormat.SectionAlignment != 0)
                throw reader.Wrong($"is damaged: a section does not lie before its table.");
            ulong blocks = (bytes + IndexFormat.BlockBytes - 1) / IndexFormat.BlockBytes;
            if (blocks > (ulong)(reader.Left / sizeof(uint)))
                throw reader.Wrong($"is damaged: its table has too few checksums.");
            uint[] sums = new uint[blocks];
            for (ulong i = 0; i < blocks; i++)
                sums[i] = reader.UInt32();
            sections.Add(new Section(file, kind, name, (long)offset, (long)bytes, sums));
        }
        reader.End();
        return sections;
    }
}
