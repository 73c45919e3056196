using System.Runtime.InteropServices;

namespace Sextant.Batches;

/// <summary>
/// Sequences whose last tokens no token sees, themselves included, while they see the tokens before them: ColBERT's
/// query expansion without attention. As sequences of their own: each is the keys and values of the tokens that are
/// seen, with as many queries. The first has its own queries; those after it have the queries of the last tokens.
/// </summary>
/// <remarks>
/// Attention over such copies is the plain one, so that no kernel knows of it. Where the last ones do not fill a
/// copy, the queries behind them are those of the first, whose results nobody takes. Not thread-safe.
/// </remarks>
internal sealed class UnseenTokens
{
    private readonly List<Copy> _copies = [];

    /// <summary>The copies as sequences; their ids stand for nothing.</summary>
    public PackedBatch Batch { get; } = new();

    /// <summary>The copies, in the order of their rows.</summary>
    public ReadOnlySpan<Copy> Copies => CollectionsMarshal.AsSpan(_copies);

    public void Clear()
    {
        _copies.Clear();
        Batch.Clear();
    }

    /// <summary>Adds a sequence, the last <paramref name="unseen"/> tokens of which are not seen.</summary>
    /// <param name="ids">Its ids.</param>
    /// <param name="start">Where it begins in its batch.</param>
    /// <param name="unseen">Fewer than ids.</param>
    public void Add(ReadOnlySpan<int> ids, int start, int unseen)
    {
        int seen = ids.Length - unseen;
        Add(ids[..seen], new Copy(start, seen, start, seen, Batch.Tokens));
        for (int first = seen; first < ids.Length; first += seen)
        {
            int queries = Math.Min(seen, ids.Length - first);
            Add(ids[..seen], new Copy(start, seen, start + first, queries, Batch.Tokens));
        }
    }

    private void Add(ReadOnlySpan<int> ids, Copy copy)
    {
        _copies.Add(copy);
        Batch.Add(ids, default, skip: 0);
    }

    /// <summary>A copy of a sequence.</summary>
    /// <param name="Keys">The first row of its keys and values in the batch it is from.</param>
    /// <param name="Count">Rows of it.</param>
    /// <param name="Queries">The first row of its queries there.</param>
    /// <param name="QueryCount">How many queries are taken from there, and results brought back.</param>
    /// <param name="Row">Its first row among the copies.</param>
    public readonly record struct Copy(int Keys, int Count, int Queries, int QueryCount, int Row);
}
