using System.Buffers;

namespace Sextant.Tokens;

/// <summary>Finds texts of a fixed list in a text: leftmost first, the longest of those that begin there.</summary>
/// <remarks>
/// The list is sorted, so the candidates that share a beginning are neighbours: reading on narrows a range by binary
/// search. The vectorised search for a possible first unit does most of the work on ordinary text.
/// </remarks>
internal sealed class TokenMatcher
{
    private readonly string[] _patterns;
    private readonly AddedToken[] _tokens;
    private readonly SearchValues<char> _firstUnits;

    internal TokenMatcher(List<(string Pattern, AddedToken Token)> patterns)
    {
        // Of equal patterns the first one listed counts; List.Sort is not stable, so the position in the list decides.
        int[] order = new int[patterns.Count];
        for (int i = 0; i < order.Length; i++)
            order[i] = i;
        Array.Sort(order, (a, b) =>
        {
            int texts = string.CompareOrdinal(patterns[a].Pattern, patterns[b].Pattern);
            return texts != 0 ? texts : a.CompareTo(b);
        });
        var kept = new List<int>(order.Length);
        var firsts = new HashSet<char>();
        foreach (int index in order)
        {
            string pattern = patterns[index].Pattern;
            if (pattern.Length == 0 || (kept.Count > 0 && patterns[kept[^1]].Pattern == pattern))
                continue;
            kept.Add(index);
            firsts.Add(pattern[0]);
        }
        _patterns = new string[kept.Count];
        _tokens = new AddedToken[kept.Count];
        for (int i = 0; i < kept.Count; i++)
            (_patterns[i], _tokens[i]) = patterns[kept[i]];
        _firstUnits = SearchValues.Create([.. firsts]);
    }

    internal bool IsEmpty => _patterns.Length == 0;

    /// <summary>Finds the next token at or after <paramref name="from"/>.</summary>
    internal bool TryFind(
        ReadOnlySpan<char> text, int from, TextBudget budget, out int start, out int end, out AddedToken token)
    {
        for (start = from; start < text.Length && !IsEmpty; start++)
        {
            int skip = text[start..].IndexOfAny(_firstUnits);
            if (skip < 0)
                break;
            start += skip;
            int found = Longest(text[start..], budget);
            if (found < 0)
                continue;
            end = start + _patterns[found].Length;
            token = _tokens[found];
            return true;
        }
        (start, end, token) = (text.Length, text.Length, null!);
        return false;
    }

    private int Longest(ReadOnlySpan<char> text, TextBudget budget)
    {
        int low = 0, high = _patterns.Length, found = -1, depth = 0;
        for (; depth < text.Length; depth++)
        {
            low = FirstNotBelow(low, high, depth, text[depth]);
            high = FirstNotBelow(low, high, depth, text[depth] + 1);
            if (low == high)
                break;
            // Within the range the one that ends here, if any, sorts first.
            if (_patterns[low].Length == depth + 1)
                found = low++;
        }
        budget.Take(depth + 1);
        return found;
    }

    private int FirstNotBelow(int low, int high, int depth, int unit)
    {
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (_patterns[middle][depth] < unit)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
