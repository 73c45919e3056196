using Sextant.Runtime;

namespace Sextant.Search;

/// <summary>Memory for searches, kept for the next one: a search in steady state allocates nothing.</summary>
/// <remarks>Thread-safe; each search takes a block of its own.</remarks>
internal sealed class SearchMemory : IDisposable
{
    private readonly Stack<NativeBlock> _free = new();
    private readonly Lock _lock = new();
    private bool _disposed;

    /// <summary>A block of at least so many bytes; bring it back with <see cref="Return"/>.</summary>
    public NativeBlock Take(long bytes)
    {
        NativeBlock? block;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _free.TryPop(out block);
        }
        if (block is not null && block.Bytes >= bytes)
            return block;
        block?.Dispose();
        return new NativeBlock(bytes);
    }

    /// <summary>Refuses a call on an index that was disposed: empty as it is, it would find nothing.</summary>
    public void RequireLive(object index) => ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed), index);

    /// <summary>Sets a part of a block aside, on a cache line of its own, and returns where it begins.</summary>
    /// <param name="total">Bytes set aside so far, and with this part.</param>
    /// <param name="bytes">Bytes of the part.</param>
    public static long Reserve(ref long total, long bytes)
    {
        long at = total;
        total += (bytes + 63) & ~63L;
        return at;
    }

    public void Return(NativeBlock block)
    {
        lock (_lock)
        {
            if (!_disposed)
            {
                _free.Push(block);
                return;
            }
        }
        block.Dispose();
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            while (_free.TryPop(out NativeBlock? block))
                block.Dispose();
        }
    }
}
