using Sextant.Tensors;

namespace Sextant.Backends;

/// <summary>The memory of one call: taken piece by piece, given back all at once, kept for the next call.</summary>
/// <remarks>Not thread-safe: each call in flight has its own.</remarks>
internal abstract class Workspace : IDisposable
{
    private long _taken;

    /// <summary>Bytes it holds.</summary>
    public abstract long Bytes { get; }

    /// <summary>Forgets all pieces and makes room for pieces that sum up to <paramref name="bytes"/>.</summary>
    public void Reset(long bytes)
    {
        if (bytes > Bytes)
            Allocate(bytes);
        _taken = 0;
    }

    /// <summary>Bytes that a piece [rows, columns] takes.</summary>
    public static long SizeOf(long rows, int columns) => (rows * columns * sizeof(float) + 63) & ~63L;

    /// <summary>A piece [rows, columns] of garbage, 64-byte aligned.</summary>
    public Tensor Take(int rows, int columns)
    {
        long size = SizeOf(rows, columns);
        if (_taken + size > Bytes)
            throw new InvalidOperationException("A workspace was reset with too few bytes.");
        nint address = Address(_taken);
        _taken += size;
        return new Tensor(address, rows, columns, columns);
    }

    public abstract void Dispose();

    protected abstract void Allocate(long bytes);

    protected abstract nint Address(long offset);
}
