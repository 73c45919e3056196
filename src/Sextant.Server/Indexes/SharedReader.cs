using Sextant.Indexes;

namespace Sextant.Server.Indexes;

/// <summary>A reader of one commit, closed when the last search that uses it has ended.</summary>
internal sealed class SharedReader(IndexReader reader, float weight)
{
    private readonly Lock _lock = new();
    private int _users = 1; // the index itself

    public IndexReader Reader => reader;

    /// <summary>Ranks by vectors and terms; null where the index keeps no terms.</summary>
    public HybridSearch? Hybrid { get; } = reader.Definition.KeepsTerms ? new HybridSearch(reader, weight) : null;

    /// <summary>Whether it could still be taken; then <see cref="Leave"/> must follow.</summary>
    public bool TryEnter()
    {
        lock (_lock)
        {
            if (_users == 0)
                return false;
            _users++;
            return true;
        }
    }

    public void Leave()
    {
        lock (_lock)
        {
            if (--_users > 0)
                return;
        }
        reader.Dispose();
    }
}
