namespace Sextant.Indexes;

/// <summary>The bytes of a segment, where a search reads them: in a mapped file, or in memory.</summary>
internal abstract unsafe class SegmentBytes : IDisposable
{
    /// <summary>What messages call it.</summary>
    public abstract string Path { get; }

    /// <summary>How many there are.</summary>
    public abstract long Length { get; }

    /// <summary>The first byte.</summary>
    public abstract byte* Start { get; }

    /// <summary>Whether they stay there as long as this does, whatever others do.</summary>
    public abstract bool IsStable { get; }

    /// <summary>Refuses to go on where bytes are no longer there.</summary>
    /// <exception cref="InvalidIndexException">A file was cut short.</exception>
    public abstract void RequireWhole();

    /// <summary>Reads some bytes, not through the map.</summary>
    public abstract void Read(long offset, Span<byte> bytes);

    public abstract void Dispose();
}
