using Sextant.Runtime;

namespace Sextant.Indexes;

/// <summary>The sections of a segment in a block of memory, one after the other. Nothing can damage them.</summary>
internal sealed unsafe class MemoryBytes : SegmentBytes
{
    private const long Alignment = 64; // that of vectors: pages would waste what a small segment takes

    private readonly NativeBlock _block;

    private MemoryBytes(long length) => (_block, Length) = (new NativeBlock(length), length);

    public override string Path => "the index in memory";

    public override long Length { get; }

    public override byte* Start => _block.Pointer;

    public override bool IsStable => true;

    /// <summary>Takes over what a builder made.</summary>
    /// <param name="made">The sections.</param>
    /// <param name="sections">The same where they lie now; without checksums there is nothing to check.</param>
    public static MemoryBytes Of(IReadOnlyList<SectionBytes> made, out List<Section> sections)
    {
        long length = 0;
        foreach (SectionBytes one in made)
            length = Align(length) + one.Bytes.Length;
        var memory = new MemoryBytes(length);
        sections = [];
        long position = 0;
        foreach (SectionBytes one in made)
        {
            position = Align(position);
            one.Bytes.Span.CopyTo(new Span<byte>(memory.Start + position, one.Bytes.Length));
            sections.Add(new Section(memory, one.Kind, one.Name, position, one.Bytes.Length, []));
            position += one.Bytes.Length;
        }
        return memory;
    }

    public override void RequireWhole()
    {
    }

    public override void Read(long offset, Span<byte> bytes) =>
        new ReadOnlySpan<byte>(Start + offset, bytes.Length).CopyTo(bytes);

    public override void Dispose() => _block.Dispose();

    private static long Align(long position) => (position + Alignment - 1) & ~(Alignment - 1);
}
