using System.Runtime.CompilerServices;

namespace Sextant.Tokens;

/// <summary>
/// The tokens of a vocabulary as a tree of UTF-16 units. Nodes are numbered level by level, so the children of a node
/// are neighbours, in the order of their units. Immutable.
/// </summary>
internal sealed class TokenTrie
{
    // Children of node n are the nodes from _firstChild[n] up to _firstChild[n + 1].
    private readonly int[] _firstChild;
    private readonly char[] _units;
    private readonly int[] _ids;
    private readonly int[] _root = new int[0x10000];

    internal TokenTrie(Vocabulary vocabulary)
    {
        int[] sorted = new int[vocabulary.Count];
        for (int i = 0; i < sorted.Length; i++)
            sorted[i] = i;
        Array.Sort(sorted, (a, b) => vocabulary.Text(a).SequenceCompareTo(vocabulary.Text(b)));
        List<char> units = ['\0'];
        List<int> ids = [-1], firstChild = [];
        var ranges = new Queue<(int Low, int High, int Depth)>();
        ranges.Enqueue((0, sorted.Length, 0));
        while (ranges.TryDequeue(out (int Low, int High, int Depth) range))
        {
            firstChild.Add(units.Count);
            (int low, int high, int depth) = range;
            while (low < high && vocabulary.Text(sorted[low]).Length == depth)
                low++;
            while (low < high)
            {
                int start = low;
                ReadOnlySpan<char> text = vocabulary.Text(sorted[start]);
                while (low < high && vocabulary.Text(sorted[low])[depth] == text[depth])
                    low++;
                units.Add(text[depth]);
                ids.Add(text.Length == depth + 1 && vocabulary.TryGetId(text, out int id) ? id : -1);
                ranges.Enqueue((start, low, depth + 1));
            }
        }
        firstChild.Add(units.Count);
        (_firstChild, _units, _ids) = ([.. firstChild], [.. units], [.. ids]);
        for (int node = _firstChild[0]; node < _firstChild[1]; node++)
            _root[_units[node]] = node;
    }

    /// <summary>The node that a text of one unit leads to, or 0.</summary>
    internal int Begin(char unit) => _root[unit];

    /// <summary>The child of a node that a unit leads to, or 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int Follow(int node, char unit)
    {
        int low = _firstChild[node], high = _firstChild[node + 1];
        char[] units = _units;
        while (high - low > 4)
        {
            int middle = (low + high) >>> 1;
            if (units[middle] > unit)
                high = middle;
            else
                low = middle;
        }
        for (; low < high; low++)
        {
            if (units[low] == unit)
                return low;
        }
        return 0;
    }

    /// <summary>Id of the token that ends at a node, or −1.</summary>
    internal int IdAt(int node) => _ids[node];
}
