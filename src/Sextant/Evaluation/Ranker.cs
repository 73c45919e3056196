namespace Sextant.Evaluation;

/// <summary>Puts the documents of a set into order for each of its queries.</summary>
internal abstract class Ranker : IDisposable
{
    /// <summary>Ranks documents for a query.</summary>
    /// <param name="query">The query's position in the set.</param>
    /// <param name="documents">
    /// Receives the positions of documents, the best first and the first in the set first among equals; its length is
    /// k.
    /// </param>
    /// <returns>How many were written; fewer than k where no more were found.</returns>
    public abstract int Rank(int query, Span<int> documents);

    /// <summary>Writes a score of every document, a larger one better, in the order of the set.</summary>
    /// <param name="query">The query's position in the set.</param>
    /// <param name="scores">Receives them: as many as documents.</param>
    /// <exception cref="NotSupportedException">This ranking has no scores.</exception>
    public virtual void Score(int query, Span<float> scores) =>
        throw new NotSupportedException($"{GetType().Name} ranks without scores.");

    /// <summary>Frees what the ranker holds outside managed memory.</summary>
    public virtual void Dispose()
    {
    }
}
