using Sextant.Heads;
using Sextant.Tokens;

namespace Sextant;

/// <summary>Which tokens of a text keep their vectors. Immutable.</summary>
internal sealed class TokenFilter
{
    private readonly bool[]? _dropped;

    /// <param name="dropped">By id; null for none.</param>
    private TokenFilter(bool[]? dropped) => _dropped = dropped;

    /// <summary>All of them.</summary>
    public static TokenFilter All { get; } = new(null);

    /// <summary>As the model's files say for a side.</summary>
    /// <param name="plan">The files.</param>
    /// <param name="skips">Whether the list of words holds for this side.</param>
    /// <param name="kept">The only ids that stay; null for no such list.</param>
    /// <param name="tokenizer">Tells the words' ids.</param>
    /// <param name="vocabulary">Ids are below this.</param>
    public static TokenFilter Of(
        MultiVectorPlan plan, bool skips, IReadOnlyList<int>? kept, Tokenizer tokenizer, int vocabulary)
    {
        if (kept is null && (!skips || plan.SkippedWords.Count == 0))
            return All;
        var dropped = new bool[vocabulary];
        if (kept is not null)
        {
            Array.Fill(dropped, true);
            foreach (int id in kept)
            {
                if (id < vocabulary)
                    dropped[id] = false;
            }
        }
        foreach (string word in skips ? plan.SkippedWords : [])
        {
            if (tokenizer.TryGetId(word, out int id))
                dropped[id] = true;
        }
        return new TokenFilter(dropped);
    }

    /// <summary>Whether a token keeps its vector.</summary>
    public bool Keeps(int id) => _dropped is null || !_dropped[id];

    /// <summary>How many keep theirs.</summary>
    public int Count(ReadOnlySpan<int> ids)
    {
        if (_dropped is null)
            return ids.Length;
        int count = 0;
        foreach (int id in ids)
            count += _dropped[id] ? 0 : 1;
        return count;
    }

    /// <summary>Copies the rows of those that do.</summary>
    /// <param name="ids">Tokens.</param>
    /// <param name="rows">[ids, dimensions].</param>
    /// <param name="to">[<see cref="Count"/>, dimensions].</param>
    public void Copy(ReadOnlySpan<int> ids, ReadOnlySpan<float> rows, Span<float> to)
    {
        int dimensions = rows.Length / ids.Length;
        int next = 0;
        for (int i = 0; i < ids.Length; i++)
        {
            if (Keeps(ids[i]))
                rows.Slice(i * dimensions, dimensions).CopyTo(to[(next++ * dimensions)..]);
        }
    }
}
