using Sextant.Server.Http;

namespace Sextant.Server.Models;

/// <summary>
/// Work on texts that no model computes, such as tokens: as much at once as there are processors; a bounded number of
/// requests waits, further ones are refused.
/// </summary>
internal sealed class TextWork : IDisposable
{
    private readonly int _mayWait;
    private readonly SemaphoreSlim _turns;
    private int _waiting;

    public TextWork()
        : this(Environment.ProcessorCount, 64)
    {
    }

    /// <param name="atOnce">Requests that are worked on.</param>
    /// <param name="mayWait">Requests that wait.</param>
    public TextWork(int atOnce, int mayWait) => (_turns, _mayWait) = (new SemaphoreSlim(atOnce), mayWait);

    /// <summary>Does the work of a request when it is its turn.</summary>
    /// <exception cref="ApiException">429: too many wait already.</exception>
    public async Task<T> Run<T>(Func<CancellationToken, T> work, CancellationToken cancellation)
    {
        if (!_turns.Wait(0, CancellationToken.None))
        {
            try
            {
                if (Interlocked.Increment(ref _waiting) > _mayWait)
                {
                    throw new ApiException(
                        StatusCodes.Status429TooManyRequests, "Too many requests wait for tokens. Try again in 1 s.")
                    {
                        RetryAfter = 1,
                    };
                }
                await _turns.WaitAsync(cancellation).ConfigureAwait(false);
            }
            finally
            {
                Interlocked.Decrement(ref _waiting);
            }
        }
        try
        {
            return work(cancellation);
        }
        finally
        {
            _turns.Release();
        }
    }

    public void Dispose() => _turns.Dispose();
}
