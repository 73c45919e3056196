namespace Sextant.Runtime;

/// <summary>
/// Counts the calls that read memory which disposing frees: what is in flight comes to its end, and the last one out
/// frees the memory.
/// </summary>
/// <remarks>
/// Without it, a host that disposes a model or an index while another thread still uses it would not see an exception:
/// the process would end. Thread-safe; allocates nothing.
/// </remarks>
/// <param name="name">The public type that calls are made on.</param>
/// <param name="free">Frees the memory; called once.</param>
internal sealed class CallsInFlight(string name, Action free) : IDisposable
{
    private int _count = 1; // the owner's
    private int _disposed;

    /// <summary>Begins a call; it ends when what is returned is disposed, once.</summary>
    /// <exception cref="ObjectDisposedException">The owner was disposed.</exception>
    public Call Enter()
    {
        int count = Volatile.Read(ref _count);
        while (true)
        {
            if (count == 0 || Volatile.Read(ref _disposed) != 0)
                throw new ObjectDisposedException(name);
            int seen = Interlocked.CompareExchange(ref _count, count + 1, count);
            if (seen == count)
                return new Call(this);
            count = seen;
        }
    }

    /// <summary>Lets no call begin any more; returns at once, also while there are calls.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            Leave();
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _count) == 0)
            free();
    }

    /// <summary>A call in flight.</summary>
    public readonly struct Call(CallsInFlight calls) : IDisposable
    {
        /// <summary>Ends the call.</summary>
        public void Dispose() => calls.Leave();
    }
}
