using Sextant.Backends;

namespace Sextant;

/// <summary>Sessions that wait for the next call. Lock-free; what does not fit is freed.</summary>
internal sealed class SessionPool(Backend backend) : IDisposable
{
    private readonly EmbeddingSession?[] _waiting = new EmbeddingSession?[Math.Max(4, 2 * Environment.ProcessorCount)];

    public EmbeddingSession Rent()
    {
        for (int i = 0; i < _waiting.Length; i++)
        {
            if (_waiting[i] is not null && Interlocked.Exchange(ref _waiting[i], null) is { } session)
                return session;
        }
        return new EmbeddingSession(backend.CreateWorkspace());
    }

    public void Return(EmbeddingSession session)
    {
        for (int i = 0; i < _waiting.Length; i++)
        {
            if (Interlocked.CompareExchange(ref _waiting[i], session, null) is null)
                return;
        }
        session.Dispose();
    }

    public void Dispose()
    {
        for (int i = 0; i < _waiting.Length; i++)
            Interlocked.Exchange(ref _waiting[i], null)?.Dispose();
    }
}
