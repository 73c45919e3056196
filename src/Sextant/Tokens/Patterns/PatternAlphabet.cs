using System.Runtime.CompilerServices;

namespace Sextant.Tokens;

/// <summary>
/// Code points in classes that a pattern cannot tell apart, so that an automaton needs a column per class only.
/// </summary>
internal sealed class PatternAlphabet
{
    private const int PageBits = 8, PageLength = 1 << PageBits;
    private const int TableSteps = 1 << 16;

    // Of each page of 256 code points: where its classes begin in the pool.
    private readonly ushort[] _pages = new ushort[(CodePoints.Last + 1) / PageLength];
    private readonly byte[] _pool;

    /// <exception cref="PatternException">There are too many classes.</exception>
    internal PatternAlphabet(IReadOnlyList<CodePointSet> sets, PatternWork work)
    {
        // A table of all code points is made and compressed.
        work.Take(TableSteps);
        var borders = new SortedSet<int> { 0 };
        foreach (CodePointSet set in sets)
        {
            work.Take(set.Ranges.Length);
            foreach ((int first, int last) in set.Ranges)
            {
                borders.Add(first);
                borders.Add(last + 1);
            }
        }
        var classes = new Dictionary<string, byte>(StringComparer.Ordinal);
        var samples = new List<int>();
        byte[] all = new byte[CodePoints.Last + 1];
        int[] starts = [.. borders];
        char[] members = new char[sets.Count];
        work.Take((long)starts.Length * sets.Count);
        for (int i = 0; i < starts.Length && starts[i] <= CodePoints.Last; i++)
        {
            for (int set = 0; set < members.Length; set++)
                members[set] = sets[set].Contains(starts[i]) ? '1' : '0';
            string key = new(members);
            if (!classes.TryGetValue(key, out byte number))
            {
                if (classes.Count == 250)
                    throw new PatternException("more than 250 kinds of code points");
                classes[key] = number = (byte)classes.Count;
                samples.Add(starts[i]);
            }
            int end = i + 1 < starts.Length ? Math.Min(starts[i + 1], all.Length) : all.Length;
            all.AsSpan(starts[i], end - starts[i]).Fill(number);
        }
        Samples = [.. samples];
        _pool = Compress(all);
    }

    /// <summary>A code point of each class.</summary>
    internal int[] Samples { get; }

    /// <summary>Number of classes; one more column stands for the edge of the text.</summary>
    internal int Count => Samples.Length;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int ClassOf(int codePoint) =>
        _pool[(_pages[codePoint >> PageBits] << PageBits) + (codePoint & (PageLength - 1))];

    private byte[] Compress(byte[] all)
    {
        var pool = new List<byte>();
        var known = new Dictionary<string, ushort>(StringComparer.Ordinal);
        for (int page = 0; page < _pages.Length; page++)
        {
            ReadOnlySpan<byte> classes = all.AsSpan(page * PageLength, PageLength);
            string key = Convert.ToBase64String(classes);
            if (!known.TryGetValue(key, out ushort place))
            {
                known[key] = place = (ushort)known.Count;
                pool.AddRange(classes);
            }
            _pages[page] = place;
        }
        return [.. pool];
    }
}
