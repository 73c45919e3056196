using System.Runtime.CompilerServices;
using Sextant.Codes;
using Sextant.Runtime;

namespace Sextant.Indexes;

/// <summary>
/// A section of a segment. Its blocks are checked against their checksums when they are first touched, and only then:
/// opening reads nothing of it.
/// </summary>
/// <remarks>
/// Rows are mapped. What leads to them (keys, offsets, attributes, terms) is read into memory block by block as it is
/// touched: it is never gone under a call, whatever happens to the file.
/// Thread-safe: two threads that check the same block at once come to the same answer.
/// </remarks>
internal sealed unsafe class Section(SegmentBytes file, SectionKind kind, string name, long offset, long length,
    uint[] sums) : IDisposable
{
    private readonly bool _isMapped = file.IsStable || kind is SectionKind.Codes or SectionKind.Vectors
        or SectionKind.Payloads or SectionKind.Postings or SectionKind.ListRows or SectionKind.ListCodes;
    private readonly byte[] _checked = new byte[sums.Length];
    private readonly Lock _reading = new();
    private NativeBlock? _own;
    private int _checkedBlocks;

    public SectionKind Kind { get; } = kind;

    /// <summary>Of an attribute; otherwise empty.</summary>
    public string Name { get; } = name;

    public long Length { get; } = length;

    /// <summary>What the bytes are where they are floating-point numbers, which must be finite; null:
    /// anything.</summary>
    public VectorCode? Numbers { get; set; }

    /// <summary>Whether every block has been checked: there is nothing more to ask before reading.</summary>
    public bool IsChecked => Volatile.Read(ref _checkedBlocks) == sums.Length;

    /// <summary>
    /// The first byte. What follows it is not checked: ask <see cref="Bytes"/> for it before reading.
    /// </summary>
    public byte* Start => _isMapped || Length == 0 ? file.Start + offset : Own().Pointer;

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

    /// <summary>Frees what was read into memory.</summary>
    public void Dispose() => _own?.Dispose();

    private NativeBlock Own()
    {
        if (Volatile.Read(ref _own) is { } own)
            return own;
        lock (_reading)
        {
            if (_own is null)
                Volatile.Write(ref _own, new NativeBlock(Length)); // pages come with what is read into them
            return _own;
        }
    }

    private void Check(int block)
    {
        if (Volatile.Read(ref _checked[block]) != 0)
            return;
        if (_isMapped)
        {
            CheckBytes(block);
            return;
        }
        lock (_reading) // what a thread has checked is not written again
        {
            if (Volatile.Read(ref _checked[block]) != 0)
                return;
            file.Read(offset + ((long)block * IndexFormat.BlockBytes), Block(block));
            CheckBytes(block);
        }
    }

    private Span<byte> Block(int block)
    {
        long start = (long)block * IndexFormat.BlockBytes;
        return new Span<byte>(Start + start, (int)Math.Min(IndexFormat.BlockBytes, Length - start));
    }

    private void CheckBytes(int block)
    {
        ReadOnlySpan<byte> bytes = Block(block);
        if (Checksum.Of(bytes) != sums[block])
        {
            throw Damaged(FormattableString.Invariant(
                $"does not have its checksum in the 64 KiB from byte {(long)block * IndexFormat.BlockBytes}"));
        }
        if (Numbers is { } code && !StoredNumbers.AreFinite(bytes, code))
        {
            throw Damaged(FormattableString.Invariant(
                $"holds numbers that are not finite in the 64 KiB from byte {(long)block * IndexFormat.BlockBytes}"));
        }
        // Counted once, whoever else has checked it meanwhile.
        if (Interlocked.Exchange(ref _checked[block], 1) == 0)
            Interlocked.Increment(ref _checkedBlocks);
    }
}
