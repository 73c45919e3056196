using System.Runtime.CompilerServices;

namespace Sextant.Indexes;

/// <summary>
/// A section of a mapped segment. Its blocks are checked against their checksums when they are first touched, and only
/// then: opening reads nothing of it.
/// </summary>
/// <remarks>Thread-safe: two threads that check the same block at once come to the same answer.</remarks>
internal sealed unsafe class Section(MappedFile file, SectionKind kind, string name, long offset, long length,
    uint[] sums)
{
    private readonly byte[] _checked = new byte[sums.Length];
    private int _checkedBlocks;

    public SectionKind Kind { get; } = kind;

    /// <summary>Of an attribute; otherwise empty.</summary>
    public string Name { get; } = name;

    public long Length { get; } = length;

    /// <summary>Whether every block has been checked: there is nothing more to ask before reading.</summary>
    public bool IsChecked => Volatile.Read(ref _checkedBlocks) == sums.Length;

    /// <summary>
    /// The first byte. What is behind it is not checked: ask <see cref="Bytes"/> for it before reading.
    /// </summary>
    public byte* Start => file.Start + offset;

    /// <summary>All of it, checked.</summary>
    public byte* All()
    {
        for (int block = 0; block < sums.Length && !IsChecked; block++)
            Check(block);
        return Start;
    }

    /// <summary>Some bytes, checked; what is not in the section is a typed error.</summary>
    public ReadOnlySpan<byte> Bytes(long start, long count)
    {
        if (start < 0 || count < 0 || start > Length || count > Length - start || count > int.MaxValue)
            throw Damaged("points at bytes that it does not have");
        if (count == 0)
            return [];
        if (!IsChecked)
        {
            long last = (start + count - 1) / IndexFormat.BlockBytes;
            for (long block = start / IndexFormat.BlockBytes; block <= last; block++)
                Check((int)block);
        }
        return new ReadOnlySpan<byte>(Start + start, (int)count);
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
            Start + start, (int)Math.Min(IndexFormat.BlockBytes, Length - start));
        if (Checksum.Of(bytes) != sums[block])
            throw Damaged(FormattableString.Invariant($"does not have its checksum in the 64 KiB from byte {start}"));
        // Counted once, whoever else has checked it meanwhile.
        if (Interlocked.Exchange(ref _checked[block], 1) == 0)
            Interlocked.Increment(ref _checkedBlocks);
    }
}
