using System.Runtime.CompilerServices;

namespace Sextant.Indexes;

/// <summary>
/// A section of a mapped segment. Its blocks are checked against their checksums when they are first touched, and only
/// then: opening reads nothing of it.
/// </summary>
/// <remarks>Thread-safe: two threads that check the same block at once come to the same answer.</remarks>
internal sealed unsafe class Section(MappedFile file, SectionKind kind, string name, long offset, long length, uint[] sums)
{
    private readonly byte[] _checked = new byte[sums.Length];
    private volatile bool _allChecked;

    public SectionKind Kind { get; } = kind;

    /// <summary>Of an attribute; otherwise empty.</summary>
    public string Name { get; } = name;

    public long Length { get; } = length;

    /// <summary>All of it, checked.</summary>
    public byte* All()
    {
        if (!_allChecked)
        {
            for (int block = 0; block < sums.Length; block++)
                Check(block);
            _allChecked = true;
        }
        return file.Start + offset;
    }

    /// <summary>Some bytes, checked; what is not in the section is a typed error.</summary>
    public ReadOnlySpan<byte> Bytes(long start, long count)
    {
        if (start < 0 || count < 0 || start > Length || count > Length - start || count > int.MaxValue)
            throw Damaged("points at bytes that it does not have");
        if (count == 0)
            return [];
        if (!_allChecked)
        {
            long last = (start + count - 1) / IndexFormat.BlockBytes;
            for (long block = start / IndexFormat.BlockBytes; block <= last; block++)
                Check((int)block);
        }
        return new ReadOnlySpan<byte>(file.Start + offset + start, (int)count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Element<T>(long index)
        where T : unmanaged => Unsafe.ReadUnaligned<T>(ref Unsafe.AsRef(in Bytes(index * sizeof(T), sizeof(T))[0]));

    public InvalidIndexException Damaged(string problem) =>
        new(file.Path, $"is damaged: its section {Label} {problem}.");

    /// <summary>Kind, and name where it has one.</summary>
    public string Label => Name.Length == 0 ? Kind.ToString() : $"{Kind} '{Name}'";

    private void Check(int block)
    {
        if (Volatile.Read(ref _checked[block]) != 0)
            return;
        long start = (long)block * IndexFormat.BlockBytes;
        var bytes = new ReadOnlySpan<byte>(
            file.Start + offset + start, (int)Math.Min(IndexFormat.BlockBytes, Length - start));
        if (Checksum.Of(bytes) != sums[block])
            throw Damaged(FormattableString.Invariant($"does not have its checksum in the 64 KiB from byte {start}"));
        Volatile.Write(ref _checked[block], 1);
    }
}
