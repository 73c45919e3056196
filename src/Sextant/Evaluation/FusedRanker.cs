using Sextant.Search;

namespace Sextant.Evaluation;

/// <summary>Ranks by <see cref="RankFusion"/> of two other rankers, each asked for all that it finds.</summary>
/// <param name="first">One ranker; disposed with this one.</param>
/// <param name="second">The other one, of the same set; disposed with this one.</param>
/// <param name="documents">How many documents the set has.</param>
internal sealed class FusedRanker(Ranker first, Ranker second, int documents) : Ranker
{
    /// <inheritdoc/>
    public override int Rank(int query, Span<int> documents)
    {
        ReadOnlyMemory<int>[] rankings = [All(first, query), All(second, query)];
        return RankFusion.Fuse(rankings, documents);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        first.Dispose();
        second.Dispose();
    }

    private ReadOnlyMemory<int> All(Ranker ranker, int query)
    {
        var ranking = new int[documents];
        return ranking.AsMemory(0, ranker.Rank(query, ranking));
    }
}
